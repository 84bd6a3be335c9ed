import { eq } from '../../src/platform/database/sql.ts';
import { describe, expect, it } from 'vitest';
import type { App } from '../../src/app.ts';
import { bundle } from '../support/bundle.ts';
import { paidOrder, placedOrder } from '../support/buying.ts';
import { callingApi, givenCaller } from '../support/calling.ts';
import { ENGINES, type EngineName } from '../support/databases.ts';
import { given } from '../support/given.ts';
import { seeded } from '../support/random.ts';
import type { Item, Order, User } from '../../src/schema.ts';

/** A shop with a buyer and the lines that they paid for. */
async function shop(engine: EngineName) {
  const { app } = await bundle({ engine });
  const call = callingApi(app);
  const { user, token } = await givenCaller(app);
  const item = await given(app).item({ categoryCodes: 'EYE,BRAIN' });
  const buy = async (buyer: User = user, bought: Item = item): Promise<string> =>
    lineOf(app, (await paidOrder(app, { user: buyer, items: [bought] })).order);
  const write = (orderLineId: string, star: unknown, content: unknown = '좋아요', by = token) =>
    call('POST', '/api/reviews', { body: { orderLineId, star, content }, token: by });
  return { app, call, user, token, item, buy, write };
}

async function lineOf({ database }: App, order: Order): Promise<string> {
  const { orderLines: l } = database.tables;
  const [line] = await database.select().from(l).where(eq(l.orderId, order.id));
  return line?.id ?? '';
}

async function ratingOf({ database }: App, itemId: string) {
  const { items: i, itemCategories: c } = database.tables;
  const [item] = await database.select().from(i).where(eq(i.id, itemId));
  const copies = await database.select().from(c).where(eq(c.itemId, itemId));
  return { sum: item?.starSum, count: item?.reviewCount, copies: copies.map(({ reviewCount }) => reviewCount) };
}

describe.each(ENGINES)('reviews on %s', (engine) => {
  it('are written by who bought the item, once for a line', async () => {
    const { app, call, user, item, buy, write } = await shop(engine);
    const line = await buy();

    const made = await write(line, 5, ' 첫 줄\n둘째 줄 ');
    expect(made).toMatchObject({
      status: 201,
      body: {
        data: {
          itemId: item.id,
          itemName: item.name,
          authorName: user.displayName,
          star: 5,
          content: '첫 줄\n둘째 줄',
          edited: false,
          mine: true,
        },
      },
    });
    expect(made.body.data).not.toHaveProperty('userId');
    expect(await write(line, 4)).toMatchObject({ status: 409, body: { code: 'REVIEW_EXISTS' } });
    expect(await call('GET', `/api/reviews/${made.body.data.id}`)).toMatchObject({ body: { data: { mine: false } } });
    expect(await ratingOf(app, item.id)).toEqual({ sum: 5, count: 1, copies: [1, 1] });
  });

  it('are refused for what was not paid, was given back, or is somebody else’s', async () => {
    const { app, user, item, buy, write } = await shop(engine);
    const { orders, orderLines } = app.database.tables;
    const unpaid = await lineOf(app, (await placedOrder(app, { user, items: [item] })).order);
    expect(await write(unpaid, 5)).toMatchObject({ status: 422, body: { code: 'NOT_PURCHASED' } });

    const [first, second] = [await buy(), await buy()];
    await app.database.update(orderLines).set({ refundedQuantity: 1 }).where(eq(orderLines.id, first));
    expect(await write(first, 5)).toMatchObject({ status: 422, body: { code: 'NOT_PURCHASED' } });
    await app.database.update(orders).set({ status: 'REFUNDED' }).where(eq(orders.status, 'PAID'));
    expect(await write(second, 5)).toMatchObject({ status: 422, body: { code: 'NOT_PURCHASED' } });

    const other = await buy(await given(app).user());
    for (const line of [other, 'no-such-line'])
      expect(await write(line, 5)).toMatchObject({ status: 404, body: { code: 'ORDER_LINE_NOT_FOUND' } });
    expect(await ratingOf(app, item.id)).toEqual({ sum: 0, count: 0, copies: [0, 0] });
  });

  it('take 1 to 5 stars and up to 350 characters that say something', async () => {
    const { buy, write } = await shop(engine);
    const line = await buy();
    for (const star of [0, 6, 4.5]) {
      const errors = [{ field: 'star' }];
      expect(await write(line, star)).toMatchObject({ status: 400, body: { code: 'VALIDATION_FAILED', errors } });
    }
    for (const content of [' \n ', '눈'.repeat(351), 'a\u0007b']) {
      const errors = [{ field: 'content' }];
      expect(await write(line, 5, content)).toMatchObject({ status: 400, body: { errors } });
    }
    expect(await write(line, 5, '눈'.repeat(350))).toMatchObject({ status: 201 });
  });

  it('are changed and deleted by their author alone, and a deleted one makes way for another', async () => {
    const { app, call, token, item, buy, write } = await shop(engine);
    const other = await givenCaller(app, { phone: '01000000001' });
    const line = await buy();
    const path = `/api/reviews/${(await write(line, 4)).body.data.id}`;

    expect(await call('PATCH', path, { body: { star: 1 }, token: other.token })).toMatchObject({
      status: 403,
      body: { code: 'NOT_AUTHOR' },
    });
    expect(await call('DELETE', path, { token: other.token })).toMatchObject({ status: 403 });
    expect(await call('PATCH', path, { body: {}, token })).toMatchObject({ status: 400 });
    expect(await call('PATCH', path, { body: { star: 2, content: '그저 그래요' }, token })).toMatchObject({
      status: 200,
      body: { data: { star: 2, content: '그저 그래요', edited: true } },
    });
    expect(await ratingOf(app, item.id)).toEqual({ sum: 2, count: 1, copies: [1, 1] });

    expect(await call('DELETE', path, { token })).toMatchObject({ status: 204 });
    expect(await call('DELETE', path, { token })).toMatchObject({ status: 404, body: { code: 'REVIEW_NOT_FOUND' } });
    expect(await call('GET', path)).toMatchObject({ status: 404 });
    expect(await ratingOf(app, item.id)).toEqual({ sum: 0, count: 0, copies: [0, 0] });
    expect(await write(line, 3)).toMatchObject({ status: 201 });
  });

  it('are listed by item and by author in four orders, page by page', async () => {
    const { app, call, token, item, buy, write } = await shop(engine);
    const empty = await call('GET', `/api/reviews/items/${item.id}`);
    expect(empty.body).toEqual({ data: [], page: { page: 1, size: 8, totalElements: 0, totalPages: 0 } });
    for (const star of [3, 5, 1, 5]) await write(await buy(), star);
    const elsewhere = await given(app).item();
    await write(await buy(undefined, elsewhere), 2);

    const starsOf = async (path: string, by?: string) => {
      const { body } = await call('GET', path, { token: by });
      return body.data.map(({ star }: { star: number }) => star);
    };
    const list = `/api/reviews/items/${item.id}`;
    expect(await starsOf(list)).toEqual([5, 1, 5, 3]);
    expect(await starsOf(`${list}?sort=OLDEST`)).toEqual([3, 5, 1, 5]);
    expect(await starsOf(`${list}?sort=STAR_L`)).toEqual([1, 3, 5, 5]);
    expect(await starsOf(`${list}?sort=STAR_H&size=2&page=2`)).toEqual([3, 1]);
    expect(await starsOf('/api/reviews/me?sort=STAR_L', token)).toEqual([1, 2, 3, 5, 5]);
    expect(await call('GET', '/api/reviews/items/no-such-item')).toMatchObject({
      status: 404,
      body: { code: 'ITEM_NOT_FOUND' },
    });
  });

  it('are hidden and shown by an admin alone, and the rating goes with them', async () => {
    const { app, call, token, item, buy, write } = await shop(engine);
    const admin = await givenCaller(app, { role: 'ADMIN', phone: '01000000002' });
    const { id } = (await write(await buy(), 5)).body.data;
    const hide = `/api/admin/reviews/${id}/hide`;

    expect(await call('POST', hide)).toMatchObject({ status: 401 });
    expect(await call('POST', hide, { token })).toMatchObject({ status: 403 });
    for (let times = 0; times < 2; times += 1)
      expect(await call('POST', hide, { token: admin.token })).toMatchObject({ body: { data: { status: 'HIDDEN' } } });
    expect(await ratingOf(app, item.id)).toEqual({ sum: 0, count: 0, copies: [0, 0] });
    expect(await call('GET', `/api/reviews/${id}`)).toMatchObject({ status: 404 });
    expect(await call('DELETE', `/api/reviews/${id}`, { token })).toMatchObject({ status: 404 });
    expect((await call('GET', '/api/admin/reviews', { token: admin.token })).body.data).toMatchObject([{ id }]);

    await call('POST', `/api/admin/reviews/${id}/show`, { token: admin.token });
    expect(await ratingOf(app, item.id)).toEqual({ sum: 5, count: 1, copies: [1, 1] });
    const audit = await app.database.select().from(app.database.tables.auditLog);
    const about = audit.filter(({ targetType }) => targetType === 'review');
    expect(about.map(({ action, actorId }) => [action, actorId])).toEqual([
      ['review.hide', admin.user.id],
      ['review.show', admin.user.id],
    ]);
  });

  it('of an author who has withdrawn no longer name them', async () => {
    const { app, call, user, buy, write } = await shop(engine);
    const { users } = app.database.tables;
    const { id } = (await write(await buy(), 5)).body.data;
    await app.database.update(users).set({ status: 'WITHDRAWN', displayName: null }).where(eq(users.id, user.id));
    expect(await call('GET', `/api/reviews/${id}`)).toMatchObject({ body: { data: { authorName: '탈퇴한 회원' } } });
  });

  it('keep the rating equal to a recount through 200 changes at once', async () => {
    const { app, call, token, item, buy, write } = await shop(engine);
    const random = seeded(5);
    const lines: string[] = [];
    for (let count = 0; count < 5; count += 1) lines.push(await buy());
    const star = () => 1 + Math.floor(random() * 5);

    const work = async (line: string): Promise<void> => {
      for (let round = 0; round < 8; round += 1) {
        const { body } = await write(line, star());
        const path = `/api/reviews/${body.data.id}`;
        const edits = [star(), star(), star()].map((to) => call('PATCH', path, { body: { star: to }, token }));
        await Promise.all(edits);
        if (round < 7) await call('DELETE', path, { token });
      }
    };
    await Promise.all(lines.map(work));

    const { reviews: r } = app.database.tables;
    const live = await app.database.select().from(r).where(eq(r.status, 'ACTIVE'));
    expect(live).toHaveLength(5);
    const sum = live.reduce((total, { star: stars }) => total + stars, 0);
    expect(await ratingOf(app, item.id)).toEqual({ sum, count: 5, copies: [5, 5] });
    const { body } = await call('GET', `/api/items/${item.id}`);
    expect(body.data).toMatchObject({ reviewCount: 5, starAvg: Math.round((sum * 100) / 5) / 100 });
  });
});
