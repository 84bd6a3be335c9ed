import { eq } from '../../src/platform/database/sql.ts';
import { describe, expect, it } from 'vitest';
import type { App } from '../../src/app.ts';
import { bundle } from '../support/bundle.ts';
import { callingApi } from '../support/calling.ts';
import { ENGINES, type EngineName } from '../support/databases.ts';
import { given } from '../support/given.ts';
import { wait } from '../support/outbox.ts';
import { freshPrefix, redisOfThisFile, STORE_FORMS } from '../support/stores.ts';

const redis = redisOfThisFile();
const PROXY = '10.0.0.1';
const DAY = 86_400;

async function shop(engine: EngineName, form: (typeof STORE_FORMS)[number]) {
  const settings = {
    PILLIVERY_HTTP__TRUSTED_PROXIES: JSON.stringify([PROXY]),
    PILLIVERY_LIMITS__REQUESTS_PER_MINUTE: '1000000',
    ...(form === 'redis' && { PILLIVERY_REDIS__URL: redis().url, PILLIVERY_REDIS__PREFIX: freshPrefix() }),
  };
  const made = await bundle({ engine, settings });
  const call = callingApi(made.app);
  const item = await given(made.app).item();
  const look = (peer: string, headers: Record<string, string> = {}) =>
    call('GET', `/api/items/${item.id}`, { peer, headers });
  return { ...made, call, item, look };
}

async function viewsOf({ database }: App, itemId: string): Promise<{ total: number; days: number[] }> {
  const { items: i, itemViewDaily: d } = database.tables;
  const [item] = await database.select().from(i).where(eq(i.id, itemId));
  const days = await database.select().from(d).where(eq(d.itemId, itemId)).orderBy(d.viewedOn);
  return { total: item?.viewCount ?? -1, days: days.map(({ views }) => views) };
}

const addresses = (count: number): string[] =>
  Array.from({ length: count }, (_, n) => `198.51.${Math.floor(n / 250)}.${n % 250}`);

const forms = ENGINES.flatMap((engine) => STORE_FORMS.map((form) => [engine, form] as const));

describe.each(forms)('counting views on %s with stores %s', (engine, form) => {
  it('counts an address once a day, however often it looks', async () => {
    const { app, item, look } = await shop(engine, form);
    for (let times = 0; times < 100; times += 1) await look('192.0.2.7');
    await app.catalog.views.flush();
    expect(await viewsOf(app, item.id)).toEqual({ total: 1, days: [1] });
  });

  it('counts a hundred addresses, and a flush that is repeated changes nothing', async () => {
    const { app, item, look } = await shop(engine, form);
    for (const address of addresses(100)) await look(address);
    await app.catalog.views.flush();
    const { total, days } = await viewsOf(app, item.id);
    expect(Math.abs(total - 100)).toBeLessThanOrEqual(2);
    await look('198.51.0.1');
    await app.catalog.views.flush();
    await app.catalog.views.flush();
    expect(await viewsOf(app, item.id)).toEqual({ total, days });
  });

  it('counts again on the next day of the shop', async () => {
    const { app, clock, item, look } = await shop(engine, form);
    await look('192.0.2.7');
    await app.catalog.views.flush();
    wait({ clock }, DAY);
    await look('192.0.2.7');
    await app.catalog.views.flush();
    expect(await viewsOf(app, item.id)).toEqual({ total: 2, days: [1, 1] });
  });

  it('believes forwarded addresses of trusted proxies alone, and takes the /64 of an IPv6 address for one', async () => {
    const { app, item, look } = await shop(engine, form);
    for (const spoofed of addresses(5)) await look('192.0.2.7', { 'x-forwarded-for': spoofed });
    for (const real of ['203.0.113.1', '203.0.113.2']) await look(PROXY, { 'x-forwarded-for': `1.2.3.4, ${real}` });
    for (const host of ['1', '2', '3']) await look(`2001:db8:1:2::${host}`);
    await app.catalog.views.flush();
    expect(await viewsOf(app, item.id)).toMatchObject({ total: 4 });
  });

  it('counts nothing for lists and for what is not there', async () => {
    const { app, call, item } = await shop(engine, form);
    await call('GET', '/api/items/search');
    await call('GET', '/api/items/main');
    await call('GET', '/api/items/no-such-item');
    expect(await app.catalog.views.flush()).toBe(0);
    expect(await viewsOf(app, item.id)).toEqual({ total: 0, days: [] });
  });
});
