import { describe, expect, it } from 'vitest';
import { deleteExpired } from '../../src/accounts/tidy.ts';
import { openApp } from '../../src/app.ts';
import { relayOnce } from '../../src/outbox/index.ts';
import { callingApi } from '../support/calling.ts';
import { ENGINES } from '../support/databases.ts';
import { ROOT } from '../support/environment.ts';
import { PERSON } from '../support/person.ts';
import { peopleAt, said, tokensOf } from './people.ts';

const MINUTE = 60_000;
const DAY = 86_400_000;

describe.each(ENGINES)('a login on %s', (engine) => {
  it('gives an access token of half an hour and a refresh cookie that scripts cannot read', async () => {
    const { call, signUp } = await peopleAt({ engine });
    await signUp();
    const { email, password } = PERSON;
    const { status, body, headers } = await call('POST', '/api/auth/login', { body: { email, password } });
    expect({ status, ...body.data }).toMatchObject({
      status: 200,
      tokenType: 'Bearer',
      expiresIn: 1_800,
      refreshExpiresIn: 604_800,
      user: { displayName: '하늘', role: 'USER' },
    });
    expect(body.data.refreshToken).toBeUndefined();
    expect(headers.get('set-cookie')).toMatch(
      /^pv_refresh=pvr_[\w-]+; Max-Age=604800; Path=\/api\/auth; HttpOnly; Secure; SameSite=Strict$/,
    );
  });

  it('with delivery json has the refresh token in the body and sets no cookie', async () => {
    const { signUp, logIn } = await peopleAt({ engine });
    await signUp();
    const { body, headers } = await logIn();
    expect(body.data.refreshToken).toMatch(/^pvr_/);
    expect(headers.get('set-cookie')).toBeNull();
  });

  it('gets one answer for a wrong password, an unknown e-mail and an account without a password', async () => {
    const { app, signUp, logIn } = await peopleAt({ engine });
    await signUp();
    const wrong = await logIn({ password: 'Wrong-Horse-7' });
    const unknown = await logIn({ email: 'who@example.test' });
    await app.database.update(app.database.tables.users).set({ passwordHash: null }).where(undefined);
    const social = await logIn();
    const [first, ...others] = [wrong, unknown, social].map(({ status, body }) => ({ status, ...body, requestId: '' }));
    expect(first).toMatchObject({ status: 401, code: 'BAD_CREDENTIALS' });
    expect(others).toEqual([first, first]);
  });

  it('tells of a suspension only who knows the password', async () => {
    const { app, signUp, logIn } = await peopleAt({ engine });
    await signUp();
    await app.database.update(app.database.tables.users).set({ status: 'SUSPENDED' }).where(undefined);
    expect(said(await logIn())).toEqual([403, 'ACCOUNT_SUSPENDED']);
    expect(said(await logIn({ password: 'Wrong-Horse-7' }))).toEqual([401, 'BAD_CREDENTIALS']);
  });
});

describe.each(ENGINES)('a refresh token on %s', (engine) => {
  it('is changed for another one, and both new tokens work', async () => {
    const { enter, refresh, me } = await peopleAt({ engine });
    const before = await enter();
    const after = tokensOf(await refresh(before.refresh));
    expect(after.refresh).not.toBe(before.refresh);
    expect((await me(after.access)).status).toBe(200);
    expect((await refresh(after.refresh)).status).toBe(200);
  });

  it('shown again within ten seconds hears of a race, later it ends the whole session', async () => {
    const { enter, refresh, me, later } = await peopleAt({ engine });
    const before = await enter();
    const after = tokensOf(await refresh(before.refresh));
    later(10_000 - 100);
    expect(said(await refresh(before.refresh))).toEqual([409, 'REFRESH_RACE']);
    later(200);
    expect(said(await refresh(before.refresh))).toEqual([401, 'REFRESH_REUSED']);
    expect(said(await refresh(after.refresh))).toEqual([401, 'REFRESH_INVALID']);
    expect(said(await me(after.access))).toEqual([401, 'SESSION_REVOKED']);
  });

  it('of three changes ago ends the session too, while a made-up one ends nothing', async () => {
    const { enter, refresh } = await peopleAt({ engine });
    const first = await enter();
    let last = first.refresh;
    for (let turn = 0; turn < 3; turn += 1) last = tokensOf(await refresh(last)).refresh;
    const madeUp = `${last.slice(0, 30)}${'A'.repeat(65)}`;
    expect(said(await refresh(madeUp))).toEqual([401, 'REFRESH_INVALID']);
    last = tokensOf(await refresh(last)).refresh;
    expect(said(await refresh(first.refresh))).toEqual([401, 'REFRESH_REUSED']);
    expect(said(await refresh(last))).toEqual([401, 'REFRESH_INVALID']);
  });

  it('shown fifty times at once gives one new token, and its session lives on', async () => {
    const { app, enter, refresh, me } = await peopleAt({ engine });
    const before = await enter();
    const answers = await Promise.all(Array.from({ length: 50 }, () => refresh(before.refresh)));
    const good = answers.filter(({ status }) => status === 200);
    expect(good).toHaveLength(1);
    expect(new Set(answers.filter(({ status }) => status !== 200).map((one) => said(one).join()))).toEqual(
      new Set(['409,REFRESH_RACE']),
    );
    const [after] = good.map(tokensOf);
    expect((await me(after?.access)).status).toBe(200);
    expect((await refresh(after?.refresh ?? '')).status).toBe(200);
    expect(await app.database.select().from(app.database.tables.sessions)).toMatchObject([{ revokedAt: null }]);
  });

  it('ends after seven days without use, and after thirty in any case', async () => {
    const { enter, logIn, refresh, later } = await peopleAt({ engine });
    const { refresh: unused } = await enter();
    later(7 * DAY + 1_000);
    expect(said(await refresh(unused))).toEqual([401, 'REFRESH_INVALID']);
    let { refresh: used } = tokensOf(await logIn());
    for (let day = 6; day < 30; day += 6) {
      later(6 * DAY);
      used = tokensOf(await refresh(used)).refresh;
    }
    later(6 * DAY + 1_000);
    expect(said(await refresh(used))).toEqual([401, 'REFRESH_INVALID']);
  });

  it('lies in the database only as a hash', async () => {
    const { app, enter, refresh } = await peopleAt({ engine });
    const { refresh: token } = await enter();
    await refresh(token);
    const rows = await app.database.select().from(app.database.tables.sessions);
    expect(JSON.stringify(rows)).not.toContain(token.slice(30, 60));
    expect(rows).toMatchObject([{ refreshHash: expect.stringMatching(/^[0-9a-f]{64}$/) }]);
  });

  it('is no access token, nor the reverse', async () => {
    const { enter, refresh, me } = await peopleAt({ engine });
    const tokens = await enter();
    expect(said(await me(tokens.refresh))).toEqual([401, 'UNAUTHENTICATED']);
    expect(said(await refresh(tokens.access))).toEqual([401, 'REFRESH_INVALID']);
  });
});

describe('the refresh cookie', () => {
  const STORE = 'http://127.0.0.1:8080';

  async function withCookie() {
    const people = await peopleAt();
    await people.signUp();
    const { headers } = await people.logIn({}, { delivery: 'cookie' });
    const cookie = headers.get('set-cookie')?.split(';')[0] ?? '';
    const use = (path: string, origin?: string, sent = cookie) =>
      people.call('POST', path, { headers: { cookie: `other=1; ${sent}`, ...(origin && { origin }) } });
    return { ...people, cookie, use };
  }

  it('is renewed for pages of the shop, and the body stays without a refresh token', async () => {
    const { use, cookie } = await withCookie();
    const { status, headers, body } = await use('/api/auth/refresh', STORE);
    expect(status).toBe(200);
    expect(headers.get('set-cookie')).toMatch(/^pv_refresh=pvr_/);
    expect(headers.get('set-cookie')).not.toContain(cookie);
    expect(body.data.refreshToken).toBeUndefined();
  });

  it.each(['https://elsewhere.example', 'null'])('does not work for pages of %s', async (origin) => {
    const { use } = await withCookie();
    expect(said(await use('/api/auth/refresh', origin))).toEqual([403, 'ORIGIN_REJECTED']);
    expect((await use('/api/auth/logout', origin)).status).toBe(204);
    expect((await use('/api/auth/refresh', STORE)).status).toBe(200);
  });

  it('is cleared by a logout, which ends the session', async () => {
    const { use } = await withCookie();
    const { status, headers } = await use('/api/auth/logout', STORE);
    expect([status, headers.get('set-cookie')]).toEqual([204, expect.stringMatching(/^pv_refresh=; Max-Age=0; /)]);
    expect(said(await use('/api/auth/refresh', STORE))).toEqual([401, 'REFRESH_INVALID']);
  });
});

describe.each(ENGINES)('a session on %s', (engine) => {
  it('ends with the logout for every process at once', async () => {
    const { app, call, enter, me, refresh, clock } = await peopleAt({ engine });
    const other = await openApp(app.config, { root: ROOT, version: 'test', clock });
    const elsewhere = callingApi(other);
    const { access, refresh: token } = await enter();
    expect((await elsewhere('GET', '/api/users/me', { token: access })).status).toBe(200);
    expect((await call('POST', '/api/auth/logout', { token: access })).status).toBe(204);
    expect(said(await elsewhere('GET', '/api/users/me', { token: access }))).toEqual([401, 'SESSION_REVOKED']);
    expect(said(await me(access))).toEqual([401, 'SESSION_REVOKED']);
    expect(said(await refresh(token))).toEqual([401, 'REFRESH_INVALID']);
    await other.close();
  });

  it('is not ended by a logout without a token, or with a bad one', async () => {
    const { call, enter, me, later } = await peopleAt({ engine });
    const { access } = await enter();
    expect((await call('POST', '/api/auth/logout')).status).toBe(204);
    expect((await call('POST', '/api/auth/logout', { token: `${access}x` })).status).toBe(204);
    expect((await call('POST', '/api/auth/logout', { body: { refreshToken: 'pvr_x' } })).status).toBe(204);
    expect((await me(access)).status).toBe(200);
    later(29 * MINUTE);
    expect((await me(access)).status).toBe(200);
  });

  it('is listed beside the others, and ending one leaves the others', async () => {
    const { call, enter, logIn, me } = await peopleAt({ engine });
    const phone = await enter();
    const laptop = tokensOf(await logIn());
    const { body } = await call('GET', '/api/auth/sessions', { token: laptop.access });
    expect(body.data.map(({ current }: { current: boolean }) => current)).toEqual([true, false]);
    const { id } = body.data[1];
    expect((await call('DELETE', `/api/auth/sessions/${id}`, { token: laptop.access })).status).toBe(204);
    expect(said(await call('DELETE', `/api/auth/sessions/${id}`, { token: laptop.access }))).toEqual([
      404,
      'SESSION_NOT_FOUND',
    ]);
    expect([(await me(phone.access)).status, (await me(laptop.access)).status]).toEqual([401, 200]);
  });

  it('and a one-time token are deleted when they are over, not before', async () => {
    const { app, call, enter, logIn, me, later } = await peopleAt({ engine });
    await enter();
    await call('POST', '/api/auth/password-resets', { body: { email: PERSON.email } });
    await relayOnce(app);
    const { sessions, oneTimeTokens } = app.database.tables;
    const counts = async () => [
      (await app.database.select().from(sessions)).length,
      (await app.database.select().from(oneTimeTokens)).length,
    ];
    await deleteExpired(app);
    expect(await counts()).toEqual([1, 1]);
    later(7 * DAY + 1_000);
    const { access } = tokensOf(await logIn());
    await deleteExpired(app);
    expect(await counts()).toEqual([1, 0]);
    expect((await me(access)).status).toBe(200);
  });
});

describe('the key of the tokens', () => {
  it('can be changed while those of the earlier one are about, and not without saying so', async () => {
    const { app, enter } = await peopleAt();
    const { access, refresh } = await enter();
    const { auth } = app.config;
    const withKeys = (oldJwtKeys: string | undefined) =>
      callingApi({ ...app, config: { ...app.config, auth: { ...auth, jwtKey: 'n'.repeat(32), oldJwtKeys } } });
    expect(said(await withKeys(undefined)('GET', '/api/users/me', { token: access }))).toEqual([
      401,
      'UNAUTHENTICATED',
    ]);
    const call = withKeys(auth.jwtKey);
    expect((await call('GET', '/api/users/me', { token: access })).status).toBe(200);
    const refreshed = await call('POST', '/api/auth/refresh', { body: { refreshToken: refresh } });
    expect((await call('GET', '/api/users/me', { token: tokensOf(refreshed).access })).status).toBe(200);
  });
});
