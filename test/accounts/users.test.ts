import { describe, expect, it } from 'vitest';
import { ENGINES } from '../support/databases.ts';
import { PERSON } from '../support/person.ts';
import { OTHER, peopleAt, said } from './people.ts';

describe.each(ENGINES)('a sign-up on %s', (engine) => {
  it('gives a profile with role USER and nothing social, and no tokens', async () => {
    const { signUp } = await peopleAt({ engine });
    const { status, body, headers } = await signUp();
    expect([status, headers.get('location')]).toEqual([201, '/api/users/me']);
    expect(body.data).toMatchObject({
      email: 'Haneul@example.test',
      emailVerified: false,
      phone: '010-1234-5678',
      role: 'USER',
      hasPassword: true,
      social: false,
      identities: [],
    });
    expect(body.data.accessToken).toBeUndefined();
  });

  it.each([
    ['EMAIL_TAKEN', { email: 'HANEUL@EXAMPLE.TEST' }],
    ['DISPLAY_NAME_TAKEN', { displayName: 'Sky' }],
    ['PHONE_TAKEN', { phone: '01012345678' }],
  ])('is refused with %s for %j', async (code, columns) => {
    const { signUp } = await peopleAt({ engine });
    await signUp({ displayName: 'sKY' });
    expect(said(await signUp({ ...OTHER, ...columns }))).toEqual([409, code]);
  });

  it('raced by fifty with one e-mail makes one user', async () => {
    const { app, call } = await peopleAt({ engine });
    const answers = await Promise.all(
      Array.from({ length: 50 }, (_, index) =>
        call('POST', '/api/users', {
          body: { ...PERSON, displayName: `sky${index}`, phone: `010${String(index).padStart(8, '0')}` },
        }),
      ),
    );
    expect(answers.map((one) => said(one).join()).toSorted()).toEqual(['201,', ...Array(49).fill('409,EMAIL_TAKEN')]);
    expect(await app.database.select().from(app.database.tables.users)).toHaveLength(1);
  });

  it('raced by its equal fifty times makes one user each time', async () => {
    const { signUp } = await peopleAt({ engine });
    for (let round = 0; round < 50; round += 1) {
      const person = {
        email: `sky${round}@example.test`,
        displayName: `sky${round}`,
        phone: `010${String(round).padStart(8, '0')}`,
      };
      const answers = await Promise.all([signUp(person), signUp(person)]);
      expect(answers.map(({ status }) => status).toSorted((a, b) => a - b)).toEqual([201, 409]);
    }
  });
});

describe('a profile', () => {
  it('takes what is given, and keeps the rest', async () => {
    const { app, call, enter, me } = await peopleAt();
    const { access } = await enter();
    const { users } = app.database.tables;
    const [before] = await app.database.select().from(users);
    const change = { city: '부산광역시', detailAddress: '해운대로 2', phone: '01100001111', realName: '김바다' };
    const { status, body } = await call('PATCH', '/api/users/me', { token: access, body: change });
    expect({ status, ...body.data }).toMatchObject({ status: 200, ...change, phone: '011-0000-1111' });
    expect((await me(access)).body.data).toEqual(body.data);
    const [after] = await app.database.select().from(users);
    expect(after).toMatchObject({ email: before?.email, passwordHash: before?.passwordHash, displayName: '하늘' });
  });

  it.each([
    [{ displayName: '바다' }, 409, 'DISPLAY_NAME_TAKEN'],
    [{ phone: '010-9999-8888' }, 409, 'PHONE_TAKEN'],
    [{ displayName: '하늘', phone: '010-1234-5678' }, 200, undefined],
    [{ email: 'new@example.test' }, 400, 'VALIDATION_FAILED'],
    [{ city: ' ' }, 400, 'VALIDATION_FAILED'],
    [{}, 400, 'VALIDATION_FAILED'],
  ])('changed by %j answers %i %s', async (change, status, code) => {
    const { call, enter, signUp } = await peopleAt();
    await signUp(OTHER);
    const { access } = await enter();
    expect(said(await call('PATCH', '/api/users/me', { token: access, body: change }))).toEqual([status, code]);
  });

  it('says that an account elsewhere is linked', async () => {
    const { app, enter, me } = await peopleAt();
    const { access, id } = await enter();
    const now = app.clock.now();
    await app.database.insert(app.database.tables.identities).values({
      id: app.newId(),
      userId: id,
      provider: 'KAKAO',
      subject: '1',
      emailAtLink: null,
      emailVerified: false,
      linkedAt: now,
      createdAt: now,
    });
    expect((await me(access)).body.data).toMatchObject({ social: true, identities: [{ provider: 'KAKAO' }] });
  });
});
