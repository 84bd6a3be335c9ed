import { describe, expect, it } from 'vitest';
import { hash } from '@node-rs/argon2';
import { openPasswords } from '../../src/accounts/passwords.ts';
import { ENGINES } from '../support/databases.ts';
import { PERSON } from '../support/person.ts';
import { OTHER, peopleAt, said, tokensOf } from './people.ts';

const NEW = 'Other-Horse-8';
const MINUTE = 60_000;

describe.each(ENGINES)('a changed password on %s', (engine) => {
  it('ends every session, and the tokens that come back work', async () => {
    const { call, enter, logIn, me, refresh } = await peopleAt({ engine });
    const first = await enter();
    const second = tokensOf(await logIn());
    const body = { currentPassword: PERSON.password, newPassword: NEW, delivery: 'json' };
    const changed = await call('PUT', '/api/users/me/password', { token: first.access, body });
    expect(changed.status).toBe(200);
    const answers = [await me(first.access), await me(second.access), await refresh(first.refresh)];
    expect(answers.map(({ status }) => status)).toEqual([401, 401, 401]);
    expect((await me(tokensOf(changed).access)).status).toBe(200);
    expect([said(await logIn()), (await logIn({ password: NEW })).status]).toEqual([[401, 'BAD_CREDENTIALS'], 200]);
  });

  it('raced by another change is changed once', async () => {
    const { call, enter } = await peopleAt({ engine });
    const { access } = await enter();
    const answers = await Promise.all(
      ['First-Horse-1', 'Second-Horse-2'].map((newPassword) =>
        call('PUT', '/api/users/me/password', {
          token: access,
          body: { currentPassword: PERSON.password, newPassword },
        }),
      ),
    );
    expect(answers.filter(({ status }) => status === 200)).toHaveLength(1);
  });
});

describe('a password', () => {
  it.each([
    [{ currentPassword: 'Wrong-Horse-7', newPassword: NEW }, 422, 'WRONG_PASSWORD'],
    [{ currentPassword: PERSON.password, newPassword: PERSON.password }, 422, 'PASSWORD_UNCHANGED'],
    [{ newPassword: NEW }, 400, 'VALIDATION_FAILED'],
    [{ currentPassword: PERSON.password, newPassword: 'weak' }, 400, 'VALIDATION_FAILED'],
  ])('is not changed by %j', async (body, status, code) => {
    const { call, enter, logIn } = await peopleAt();
    const { access } = await enter();
    expect(said(await call('PUT', '/api/users/me/password', { token: access, body }))).toEqual([status, code]);
    expect((await logIn()).status).toBe(200);
  });

  it('is set by who has none and logged in a moment ago, later not', async () => {
    const { app, call, enter, logIn, later } = await peopleAt();
    const { access } = await enter();
    await app.database.update(app.database.tables.users).set({ passwordHash: null }).where(undefined);
    const set = () => call('PUT', '/api/users/me/password', { token: access, body: { newPassword: NEW } });
    later(11 * MINUTE);
    expect(said(await set())).toEqual([403, 'REAUTH_REQUIRED']);
    later(-5 * MINUTE);
    expect((await set()).status).toBe(200);
    expect((await logIn({ password: NEW })).status).toBe(200);
  });

  it('wrong five times lets nobody in for a quarter of an hour, right or wrong, from that address', async () => {
    const { call, signUp, logIn, later } = await peopleAt();
    await signUp();
    await signUp(OTHER);
    for (let wrong = 0; wrong < 5; wrong += 1) {
      expect(said(await logIn({ password: 'Wrong-Horse-7' }))).toEqual([401, 'BAD_CREDENTIALS']);
    }
    const sixth = await logIn();
    expect([...said(sixth), Number(sixth.headers.get('retry-after'))]).toEqual([
      429,
      'RATE_LIMITED',
      expect.any(Number),
    ]);
    const { email, password } = PERSON;
    const elsewhere = await call('POST', '/api/auth/login', { body: { email, password }, peer: '198.51.100.7' });
    expect([elsewhere.status, (await logIn(OTHER)).status]).toEqual([200, 200]);
    later(15 * MINUTE + 1_000);
    expect((await logIn()).status).toBe(200);
  });

  it('right ten times is no guess', async () => {
    const { signUp, logIn } = await peopleAt();
    await signUp();
    for (let turn = 0; turn < 10; turn += 1) expect((await logIn()).status).toBe(200);
  });

  it('hashed with less work than today is hashed anew at the next login', async () => {
    const { app, signUp, logIn } = await peopleAt();
    await signUp();
    const { users } = app.database.tables;
    const passwordHash = await hash(PERSON.password, { memoryCost: 8_192, timeCost: 1, parallelism: 1 });
    await app.database.update(users).set({ passwordHash }).where(undefined);
    expect((await logIn()).status).toBe(200);
    const [user] = await app.database.select().from(users);
    expect(user?.passwordHash).toMatch(/^\$argon2id\$v=19\$m=19456,t=2,p=1\$/);
    expect((await logIn()).status).toBe(200);
  });

  it('of nobody is as much work to refuse as a wrong one', async () => {
    const { app } = await peopleAt();
    const { matches } = app.passwords;
    const stored = await app.passwords.hash('x');
    // Of the processor, for the machine may have other things to do.
    const workOf = async (hashed: string | undefined): Promise<number> => {
      const before = process.cpuUsage();
      for (let turn = 0; turn < 20; turn += 1) expect(await matches(hashed, 'y')).toBe(false);
      const { user, system } = process.cpuUsage(before);
      return user + system;
    };
    const ratio = (await workOf(undefined)) / (await workOf(stored));
    expect(ratio).toBeGreaterThan(0.6);
    expect(ratio).toBeLessThan(1.6);
  });

  it('waits for its turn when many are hashed, and too many are told to come again', async () => {
    const { hash: hashed } = openPasswords({ auth: { hashesAtOnce: 1 } });
    const results = await Promise.allSettled(Array.from({ length: 310 }, () => hashed('x')));
    const refused = results.filter(({ status }) => status === 'rejected');
    expect(refused).toHaveLength(9);
    expect(refused[0]).toMatchObject({ reason: { code: 'OVERLOADED' } });
  }, 60_000);
});
