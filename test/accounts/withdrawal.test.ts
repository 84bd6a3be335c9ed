import { describe, expect, it } from 'vitest';
import { eq } from '../../src/platform/database/sql.ts';
import { openCheckout } from '../support/checkout.ts';
import { ENGINES } from '../support/databases.ts';
import { given } from '../support/given.ts';
import { PERSON } from '../support/person.ts';
import { peopleAt, said } from './people.ts';

/** Somebody with an account who wants to go. */
async function leaving(engine: 'sqlite' | 'mysql' | 'sqlite-memory' = 'sqlite-memory') {
  const people = await peopleAt({ engine });
  const tokens = await people.enter();
  const { users } = people.app.database.tables;
  const row = async () => {
    const [user] = await people.app.database.select().from(users).where(eq(users.id, tokens.id));
    if (!user) throw new Error('The row is gone.');
    return user;
  };
  const withdraw = (body: object = {}) =>
    people.call('POST', '/api/users/me/withdrawal', {
      token: tokens.access,
      body: { password: PERSON.password, ...body },
    });
  return { ...people, ...tokens, users, row, withdraw };
}

describe.each(ENGINES)('a withdrawal on %s', (engine) => {
  it('ends logins and leaves a row that says nothing', async () => {
    const { app, withdraw, me, access, logIn, row } = await leaving(engine);
    const { status, headers } = await withdraw();
    expect([status, headers.get('set-cookie')]).toEqual([204, expect.stringMatching(/^pv_refresh=; Max-Age=0; /)]);
    expect([said(await me(access)), said(await logIn())]).toEqual([
      [401, 'SESSION_REVOKED'],
      [401, 'BAD_CREDENTIALS'],
    ]);
    const { id, customerRef, role, createdAt, updatedAt, withdrawnAt, ...rest } = await row();
    expect([id, customerRef, role, createdAt, updatedAt, withdrawnAt].every(Boolean)).toBe(true);
    expect(Object.values(rest).filter((value) => value !== null)).toEqual(['WITHDRAWN']);
    const sessions = await app.database.select().from(app.database.tables.sessions);
    expect(sessions).toMatchObject([{ userAgent: null, ip: null, revokeReason: 'WITHDRAWN' }]);
  });

  it('lets the same person come back as somebody new', async () => {
    const { withdraw, signUp, id } = await leaving(engine);
    await withdraw();
    const { status, body } = await signUp();
    expect(status).toBe(201);
    expect(body.data.id).not.toBe(id);
  });

  it('is refused while a subscription runs, and ends it when that is said', async () => {
    const { app, withdraw, row } = await leaving(engine);
    const { id, mandateId } = await given(app).subscription({ user: await row() });
    expect(said(await withdraw())).toEqual([409, 'ACTIVE_SUBSCRIPTIONS']);
    expect((await withdraw({ cancelSubscriptions: true })).status).toBe(204);
    const { subscriptions, outboxEvents } = app.database.tables;
    const [subscription] = await app.database.select().from(subscriptions).where(eq(subscriptions.id, id));
    expect(subscription).toMatchObject({ status: 'CANCELLED', cancelReason: 'CUSTOMER' });
    const events = await app.database.select().from(outboxEvents);
    expect(events.map(({ type }) => type)).toContain('mandate.deactivate');
    expect(JSON.stringify(events)).toContain(String(mandateId));
  });

  it.each(['SENT', 'UNKNOWN'] as const)('is refused while a payment is %s, and changes nothing', async (state) => {
    const { app, withdraw, row, me, access } = await leaving(engine);
    await openCheckout(app, { user: await row() });
    await app.database.update(app.database.tables.paymentAttempts).set({ state }).where(undefined);
    expect(said(await withdraw())).toEqual([409, 'PAYMENT_IN_PROGRESS']);
    expect((await me(access)).status).toBe(200);
  });

  it('cancels what is not paid, and a way back from the provider then charges nothing', async () => {
    const { app, withdraw, row, sandbox } = await leaving(engine);
    const open = await openCheckout(app, { user: await row() });
    expect((await withdraw()).status).toBe(204);
    await open.return();
    const { orders, paymentAttempts } = app.database.tables;
    expect(await app.database.select().from(orders)).toMatchObject([{ status: 'CANCELLED' }]);
    expect(await app.database.select().from(paymentAttempts)).toMatchObject([
      { state: 'NOT_CHARGED', closeReason: 'ORDER_CLOSED' },
    ]);
    expect(sandbox.ledger()).toEqual([]);
  });

  it('of the last two admins at once lets one go', async () => {
    const { app, enter, withdraw, users, call, row } = await leaving(engine);
    const other = { email: 'two@example.test', displayName: '둘째', phone: '01022223333' };
    const second = await enter(other);
    await app.database.update(users).set({ role: 'ADMIN' }).where(undefined);
    const answers = await Promise.all([
      withdraw(),
      call('POST', '/api/users/me/withdrawal', { token: second.access, body: { password: PERSON.password } }),
    ]);
    expect(answers.map((one) => said(one).join()).toSorted()).toEqual(['204,', '409,LAST_ADMIN']);
    expect((await row()).role).toBe('ADMIN');
  });
});

describe('a withdrawal', () => {
  it.each([
    [{ password: 'Wrong-Horse-7' }, 422, 'WRONG_PASSWORD'],
    [{ password: undefined }, 400, 'VALIDATION_FAILED'],
  ])('with %j is refused', async (body, status, code) => {
    const { withdraw } = await leaving();
    expect(said(await withdraw(body))).toEqual([status, code]);
  });
});
