import { describe, expect, it } from 'vitest';
import { forgetOldNames, giveUpName, keepAnswer, takeName } from '../../src/api/idempotency/keys.ts';
import type { App } from '../../src/app.ts';
import { placeOrder } from '../../src/orders/place.ts';
import { bundle } from '../support/bundle.ts';
import { callingApi, givenCaller } from '../support/calling.ts';
import { ENGINES } from '../support/databases.ts';
import { given } from '../support/given.ts';

const KEY = 'order-of-today-1';
const HOUR_MS = 3_600_000;

describe.each(ENGINES)('Idempotency-Key on %s', (engine) => {
  async function shop() {
    const { app } = await bundle({ engine });
    const call = callingApi(app);
    const { token } = await givenCaller(app);
    const item = await given(app).item();
    const order = (quantity = 1, key = KEY, as = token) =>
      call('POST', '/api/orders', {
        token: as,
        headers: { 'idempotency-key': key },
        body: { kind: 'ONE_OFF', from: 'LINES', lines: [{ itemId: item.id, quantity }] },
      });
    return { app, call, token, order };
  }

  const ordersOf = async ({ database }: App) => (await database.select().from(database.tables.orders)).length;

  it('makes one order of one request, however often it is sent', async () => {
    const { app, order } = await shop();
    const first = await order();
    const again = await order();
    expect([first.status, again.status, again.body, again.headers.get('location')]).toEqual([
      201,
      201,
      first.body,
      first.headers.get('location'),
    ]);
    expect([first.headers.get('idempotency-replayed'), again.headers.get('idempotency-replayed')]).toEqual([
      null,
      'true',
    ]);
    expect(await ordersOf(app)).toBe(1);
  });

  it('lets one of twenty at once do it, and tells the others to come back', async () => {
    const { app, order } = await shop();
    const answers = await Promise.all(Array.from({ length: 20 }, () => order()));
    const others = answers.filter(({ headers }) => headers.get('idempotency-replayed') !== 'true');
    expect(others.filter(({ status }) => status === 201)).toHaveLength(1);
    const waiting = others.filter(({ status }) => status !== 201);
    expect(new Set(waiting.map(({ body, headers }) => `${body.code} ${headers.get('retry-after')}`))).toEqual(
      new Set(waiting.length > 0 ? ['IDEMPOTENCY_IN_PROGRESS 1'] : []),
    );
    expect(await ordersOf(app)).toBe(1);
  });

  it('refuses another body or another route under the same key', async () => {
    const { call, token, order } = await shop();
    await order(1);
    const headers = { 'idempotency-key': KEY };
    const answers = [await order(2), await call('POST', '/api/payments/orders/x', { token, headers, body: {} })];
    expect(answers.map(({ status, body }) => [status, body.code])).toEqual(
      Array(2).fill([422, 'IDEMPOTENCY_KEY_REUSED']),
    );
  });

  it('belongs to its caller: another may use the same', async () => {
    const { app, order } = await shop();
    const other = await givenCaller(app);
    const answers = [await order(), await order(1, KEY, other.token)];
    expect(answers.map(({ headers }) => headers.get('idempotency-replayed'))).toEqual([null, null]);
    expect(await ordersOf(app)).toBe(2);
  });

  it('keeps refusals of the shop, and none that may turn out differently', async () => {
    const { app, call, token, order } = await shop();
    const post = (body: unknown, key: string) =>
      call('POST', '/api/orders', { token, body, headers: { 'idempotency-key': key } });
    const unknown = { kind: 'ONE_OFF', from: 'LINES', lines: [{ itemId: 'none', quantity: 1 }] };
    const answers = [await post(unknown, KEY), await post(unknown, KEY), await post({}, 'bad-body-1')];
    expect(answers.map(({ status, headers }) => [status, headers.get('idempotency-replayed')])).toEqual([
      [404, null],
      [404, 'true'],
      [400, null],
    ]);
    expect(answers[1]?.headers.get('content-type')).toBe('application/problem+json');
    expect((await order(1, 'bad-body-1')).status).toBe(201);
    expect(await ordersOf(app)).toBe(1);
  });

  it('is refused when it is none', async () => {
    const { order } = await shop();
    const { status, body } = await order(1, 'short');
    expect([status, body.errors]).toEqual([400, [{ field: 'Idempotency-Key', reason: 'format' }]]);
  });

  it('opens one checkout, and tells of it again although the key comes late', async () => {
    const { call, token, order } = await shop();
    const placed = await order();
    const start = () =>
      call('POST', `/api/payments/orders/${placed.body.data.id}/retry`, {
        token,
        body: {},
        headers: { 'idempotency-key': 'start-payment-1' },
      });
    const answers = [await start(), await start()];
    expect(answers.map(({ status }) => status)).toEqual([201, 201]);
    expect(answers[1]?.body).toEqual(answers[0]?.body);
    expect(answers[1]?.headers.get('idempotency-replayed')).toBe('true');
  });

  it('keeps the answer with the change or neither: an order whose key has passed on is not made', async () => {
    const { app } = await shop();
    const user = await given(app).user({ phone: '01099998888' });
    const item = await given(app).item();
    const lost = () => Promise.reject(new Error('the key has passed on'));
    const request = { user, kind: 'ONE_OFF' as const, lines: [{ itemId: item.id, quantity: 1 }], alsoCommit: lost };
    await expect(placeOrder(app, request)).rejects.toThrow('the key has passed on');
    expect(await ordersOf(app)).toBe(0);
  });
});

describe.each(ENGINES)('a name of a request on %s', (engine) => {
  const named = { scope: 'user:1', key: KEY, route: '/api/orders', requestHash: 'a' };
  const answer = { status: 201, body: { data: 1 }, type: 'application/json', location: null };

  it('passes to the next when its holder has not come back, and the old one changes nothing any more', async () => {
    const { app, clock } = await bundle({ engine });
    const first = await takeName(app, named);
    clock.moveTo(new Date(clock.now().getTime() + 61_000));
    const second = await takeName(app, named);
    if (!('held' in first) || !('held' in second)) throw new Error('Bug: nobody answered yet.');
    const late = app.database.transaction((tx) => keepAnswer(tx, app, first.held, answer));
    await expect(late).rejects.toMatchObject({ code: 'IDEMPOTENCY_IN_PROGRESS' });
    await giveUpName(app, first.held);
    await keepAnswer(app.database, app, second.held, answer);
    expect(await takeName(app, named)).toEqual({ answer });
  });

  it('that was given up passes to one of ten', async () => {
    const { app, clock } = await bundle({ engine });
    await takeName(app, named);
    clock.moveTo(new Date(clock.now().getTime() + 61_000));
    const takers = await Promise.allSettled(Array.from({ length: 10 }, () => takeName(app, named)));
    expect(takers.filter(({ status }) => status === 'fulfilled')).toHaveLength(1);
  });

  it('keeps its answer for a day and is forgotten then', async () => {
    const { app, clock } = await bundle({ engine });
    const taken = await takeName(app, named);
    if ('held' in taken) await keepAnswer(app.database, app, taken.held, answer);
    clock.moveTo(new Date(clock.now().getTime() + 24 * HOUR_MS - 1_000));
    await forgetOldNames(app);
    expect(await takeName(app, named)).toEqual({ answer });
    clock.moveTo(new Date(clock.now().getTime() + 1_001));
    expect(await takeName(app, { ...named, requestHash: 'b' })).toHaveProperty('held');
    clock.moveTo(new Date(clock.now().getTime() + 24 * HOUR_MS));
    await forgetOldNames(app);
    expect(await app.database.select().from(app.database.tables.idempotencyKeys)).toEqual([]);
  });
});
