import { describe, expect, it } from 'vitest';
import { eq } from '../../src/platform/database/sql.ts';
import { ENGINES } from '../support/databases.ts';
import { HANEUL, INFORMATION, JSON_WANTED, socialShop, type Said } from '../support/social-shop.ts';
import { newVisitor, type Visitor } from '../support/visitor.ts';

const said = ({ status, body }: Said): [number, string | undefined] => [status, body?.code];

/** A browser with the same cookies, which keeps those that the other is told to forget. */
function copyOf(visitor: Visitor, url: string): Visitor {
  const copy = newVisitor();
  for (const [name, value] of visitor.cookiesOf(url)) copy.cookiesOf(url).set(name, value);
  return copy;
}

const PASSWORD = 'Right-Horse-7';

describe.each(ENGINES)('social logins on %s', (engine) => {
  /** A shop, with ways to get an account there. */
  async function shopWithPeople() {
    const shop = await socialShop({ engine });
    const joinBy = async (name: string) => {
      const { body } = await shop.logInAt(name);
      return shop.complete({ ticket: body.data.ticket, delivery: 'json' });
    };
    /** A user with a password, logged in. */
    const enterWithPassword = async (person: object = {}): Promise<string> => {
      const account = { ...INFORMATION, email: HANEUL.email, password: PASSWORD, ...person };
      await shop.ask('POST', '/api/users', { body: account });
      const { body } = await shop.ask('POST', '/api/auth/login', {
        body: { email: account.email, password: PASSWORD },
      });
      return body.data.accessToken;
    };
    const linkAt = async (name: string, token: string, visitor = newVisitor()): Promise<Said> => {
      const started = await shop.ask('POST', `/api/users/me/identities/${name}`, { visitor, token });
      const back = await visitor.followUntil(`${shop.url}/api/auth`, started.body.data.authorizationUrl);
      return shop.ask('GET', back, { visitor, headers: JSON_WANTED });
    };
    const me = async (token: string) => (await shop.ask('GET', '/api/users/me', { token })).body.data;
    const countUsers = async () => (await shop.app.database.select().from(shop.app.database.tables.users)).length;
    return { ...shop, joinBy, enterWithPassword, linkAt, me, countUsers };
  }

  it.each(['google', 'kakao', 'naver'])(
    'somebody new at %s completes the sign-up, and is logged in from then on',
    async (name) => {
      const { logInAt, joinBy, me } = await shopWithPeople();

      const first = await logInAt(name);
      expect(first).toMatchObject({ status: 202, body: { data: { status: 'PROFILE_REQUIRED' } } });
      const joined = await joinBy(name);
      expect(joined).toMatchObject({ status: 201, body: { data: { tokenType: 'Bearer' } } });
      expect(await logInAt(name)).toMatchObject({ status: 200, body: { data: { user: joined.body.data.user } } });
      expect(await me(joined.body.data.accessToken)).toMatchObject({
        email: HANEUL.email,
        emailVerified: name !== 'naver',
        hasPassword: false,
        social: true,
        identities: [{ provider: name.toUpperCase() }],
      });
    },
  );

  it('sends a browser to the storefront with cookies, and no token or ticket in an address', async () => {
    const { url, ask, goAndReturn, complete } = await shopWithPeople();
    const visitor = newVisitor();

    const first = await ask('GET', await goAndReturn(visitor, 'google', '?returnTo=/welcome?from=mail'), { visitor });
    expect([first.status, first.location]).toEqual([303, `${url}/welcome?from=mail&login=profile_required`]);
    expect([...visitor.cookiesOf(url).keys()]).toEqual(['pv_ticket']);
    expect(await ask('GET', '/api/auth/oauth/pending', { visitor })).toMatchObject({
      status: 200,
      body: {
        data: { provider: 'GOOGLE', email: HANEUL.email, emailVerified: true, displayName: '하늘', realName: '김하늘' },
      },
    });
    expect(await complete({}, { visitor })).toMatchObject({ status: 201 });
    expect([...visitor.cookiesOf(url).keys()]).toEqual(['pv_refresh']);

    const again = newVisitor();
    const second = await ask('GET', await goAndReturn(again, 'google'), { visitor: again });
    expect(second.location).toBe(`${url}/login/result?login=ok`);
    expect(await ask('POST', '/api/auth/refresh', { visitor: again })).toMatchObject({ status: 200 });
  });

  it('a ticket outlives a completion that is refused, and no completion that is not', async () => {
    const { logInAt, complete, enterWithPassword, countUsers } = await shopWithPeople();
    await enterWithPassword({ email: 'bada@example.test' });
    const { ticket } = (await logInAt('google')).body.data;

    const taken = await complete({ ticket });
    expect(said(taken)).toEqual([409, 'DISPLAY_NAME_TAKEN']);
    expect(taken.body.errors.map(({ field }: { field: string }) => field)).toEqual(['displayName', 'phone']);
    const other = { ticket, displayName: '파랑', phone: '01099998888' };
    expect((await complete(other)).status).toBe(201);
    expect(said(await complete({ ...other, displayName: '초록', phone: '01077776666' }))).toEqual([
      401,
      'TICKET_INVALID',
    ]);
    expect(await countUsers()).toBe(2);
  });

  it('of twenty completions with one ticket at once, one makes an account', async () => {
    const { app, logInAt, complete, countUsers } = await shopWithPeople();
    app.config.limits.signUpsPerHour = 100;
    const { ticket } = (await logInAt('google')).body.data;

    const all = Array.from({ length: 20 }, (_, index) =>
      complete({ ticket, displayName: `손님${index}`, phone: `010${String(index).padStart(8, '0')}` }),
    );
    const statuses = (await Promise.all(all)).map(said);

    expect(statuses.filter(([status]) => status === 201)).toHaveLength(1);
    expect(statuses.filter(([, code]) => code === 'TICKET_INVALID')).toHaveLength(19);
    expect(await countUsers()).toBe(1);
  });

  it('two tickets of one account make one user', async () => {
    const { logInAt, complete, countUsers } = await shopWithPeople();
    const first = (await logInAt('google')).body.data.ticket;
    const second = (await logInAt('google')).body.data.ticket;
    await complete({ ticket: first });

    const other = { displayName: '파랑', phone: '01099998888' };
    expect(said(await complete({ ticket: second, ...other }))).toEqual([409, 'IDENTITY_TAKEN']);
    expect(await countUsers()).toBe(1);
  });

  it('a forged or expired ticket, or an e-mail instead of one, opens nothing', async () => {
    const { clock, logInAt, complete, countUsers, ask } = await shopWithPeople();
    const { ticket } = (await logInAt('google')).body.data;
    const [, content = '', signature = ''] = /^pvt_(.*)\.(.*)$/.exec(ticket) ?? [];
    const changed = { ...JSON.parse(Buffer.from(content, 'base64url').toString()), provider: 'KAKAO' };
    const forged = `pvt_${Buffer.from(JSON.stringify(changed)).toString('base64url')}.${signature}`;

    for (const wrong of [forged, HANEUL.email, '', undefined]) {
      expect(said(await complete({ ticket: wrong }))).toEqual([401, 'TICKET_INVALID']);
    }
    clock.moveTo(new Date(clock.now().getTime() + 10 * 60_000));
    expect(said(await complete({ ticket }))).toEqual([401, 'TICKET_INVALID']);
    expect(said(await ask('GET', '/api/auth/oauth/pending', { headers: { 'x-signup-ticket': ticket } }))).toEqual([
      401,
      'TICKET_INVALID',
    ]);
    expect(await countUsers()).toBe(0);
  });

  it('asks for an e-mail only where the provider gave none', async () => {
    const { provider, logInAt, complete } = await shopWithPeople();
    const withEmail = (await logInAt('google')).body.data.ticket;
    provider.account = { sub: 'somebody' };
    const without = (await logInAt('kakao')).body.data.ticket;
    const email = 'own@example.test';

    expect((await complete({ ticket: withEmail, email })).body.errors).toEqual([
      { field: 'email', reason: 'not_allowed' },
    ]);
    expect((await complete({ ticket: without })).body.errors).toEqual([{ field: 'email', reason: 'required' }]);
    expect((await complete({ ticket: without, email })).status).toBe(201);
  });

  it('never links by e-mail; whoever has the account links it when logged in', async () => {
    const { url, ask, goAndReturn, logInAt, enterWithPassword, linkAt, me } = await shopWithPeople();
    const token = await enterWithPassword();

    expect(said(await logInAt('google'))).toEqual([409, 'EMAIL_IN_USE']);
    const visitor = newVisitor();
    const back = await ask('GET', await goAndReturn(visitor, 'google'), { visitor });
    expect(back.location).toBe(`${url}/login/result?login=email_in_use`);
    expect(await me(token)).toMatchObject({ social: false, identities: [] });

    expect(await linkAt('google', token)).toMatchObject({ status: 200, body: { data: { status: 'LINKED' } } });
    expect((await linkAt('google', token)).status).toBe(200);
    expect(await me(token)).toMatchObject({ social: true, identities: [{ provider: 'GOOGLE' }] });
    expect((await logInAt('google')).status).toBe(200);
  });

  it("links no account that is another user's, and none for a session that has ended", async () => {
    const { ask, joinBy, enterWithPassword, linkAt, url } = await shopWithPeople();
    await joinBy('google');
    const token = await enterWithPassword({ email: 'bada@example.test', displayName: '바다', phone: '01099998888' });

    expect(said(await linkAt('google', token))).toEqual([409, 'IDENTITY_TAKEN']);
    const visitor = newVisitor();
    const started = await ask('POST', '/api/users/me/identities/kakao', { visitor, token });
    const back = await visitor.followUntil(`${url}/api/auth`, started.body.data.authorizationUrl);
    await ask('POST', '/api/auth/logout', { token });
    expect(said(await ask('GET', back, { visitor, headers: JSON_WANTED }))).toEqual([401, 'SESSION_REVOKED']);
  });

  it('unlinks, but not the last way to log in', async () => {
    const { ask, joinBy, linkAt } = await shopWithPeople();
    const token: string = (await joinBy('google')).body.data.accessToken;
    const unlink = (name: string) => ask('DELETE', `/api/users/me/identities/${name}`, { token });

    expect(said(await unlink('kakao'))).toEqual([404, 'IDENTITY_NOT_FOUND']);
    expect(said(await unlink('google'))).toEqual([409, 'LAST_CREDENTIAL']);
    expect((await linkAt('kakao', token)).status).toBe(200);
    const both = await Promise.all([unlink('google'), unlink('kakao')]);
    expect(both.map(({ status }) => status).toSorted((a, b) => a - b)).toEqual([204, 409]);
  });

  it('a suspended user is not let in', async () => {
    const { app, joinBy, logInAt } = await shopWithPeople();
    const { id } = (await joinBy('google')).body.data.user;
    const { users } = app.database.tables;
    await app.database.update(users).set({ status: 'SUSPENDED' }).where(eq(users.id, id));

    expect(said(await logInAt('google'))).toEqual([403, 'ACCOUNT_SUSPENDED']);
  });

  it('a state works once, in the browser that began, at the provider it began with, for ten minutes', async () => {
    const { url, ask, clock, goAndReturn } = await shopWithPeople();
    const refused = [400, 'OAUTH_STATE_INVALID'];
    const begin = async () => {
      const visitor = newVisitor();
      return { visitor, back: await goAndReturn(visitor, 'google'), headers: JSON_WANTED };
    };

    const own = await begin();
    expect(said(await ask('GET', own.back, { headers: JSON_WANTED }))).toEqual(refused);
    expect((await ask('GET', own.back, { ...own, visitor: copyOf(own.visitor, url) })).status).toBe(202);
    expect(said(await ask('GET', own.back, own))).toEqual(refused);
    const stolen = await begin();
    expect(said(await ask('GET', stolen.back, await begin()))).toEqual(refused);
    expect(said(await ask('GET', stolen.back, stolen))).toEqual(refused);
    const elsewhere = await begin();
    expect(said(await ask('GET', elsewhere.back.replace('/google/', '/kakao/'), elsewhere))).toEqual(refused);
    const late = await begin();
    clock.moveTo(new Date(clock.now().getTime() + 10 * 60_000));
    expect(said(await ask('GET', late.back, late))).toEqual(refused);
    expect((await ask('GET', late.back, { visitor: late.visitor })).location).toBe(
      `${url}/login/result?login=failed&code=OAUTH_STATE_INVALID`,
    );
  });
});

it.each(['//evil.example', '/\\evil.example', 'https://evil.example', '/\t/evil.example', 'evil'])(
  'returns to a path of the storefront and nowhere else: %j',
  async (returnTo) => {
    const { ask } = await socialShop();

    const started = await ask('GET', `/api/auth/oauth/google/start?returnTo=${encodeURIComponent(returnTo)}`);
    expect(said(started)).toEqual([400, 'VALIDATION_FAILED']);
  },
);

it('a page of another origin may not use the ticket of the cookie', async () => {
  const { ask, goAndReturn, complete } = await socialShop();
  const visitor = newVisitor();
  await ask('GET', await goAndReturn(visitor, 'google'), { visitor });

  const headers = { origin: 'https://evil.example' };
  expect(said(await complete({}, { visitor, headers }))).toEqual([403, 'ORIGIN_REJECTED']);
});

it('says which providers it does not offer', async () => {
  const { ask } = await socialShop();

  expect(said(await ask('GET', '/api/auth/oauth/facebook/start'))).toEqual([404, 'PROVIDER_NOT_CONFIGURED']);
});
