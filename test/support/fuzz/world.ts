import { buildApi } from '../../../src/api/app.ts';
import { eq } from '../../../src/platform/database/sql.ts';
import type { App } from '../../../src/app.ts';
import type { Review } from '../../../src/schema.ts';
import { bundle } from '../bundle.ts';
import { callingApi, givenCaller } from '../calling.ts';
import type { EngineName } from '../databases.ts';
import { given } from '../given.ts';
import { readDocument } from './document.ts';

type Owned = Record<string, Record<string, unknown>[]>;

/** A shop with somebody who owns something of every kind, and an API that can be asked anything. */
export async function openWorld(engine: EngineName = 'sqlite-memory') {
  const { app } = await bundle({ engine });
  const call = callingApi(app, buildApi(app));
  const api = readDocument((await call('GET', '/openapi.json')).body);
  const owner = await givenCaller(app, {}, call);
  const item = await given(app).item();
  const lines = [{ itemId: item.id, quantity: 1 }];
  const body = { kind: 'ONE_OFF', from: 'LINES', lines };
  const placed = await call('POST', '/api/orders', { token: owner.token, body });
  await call('POST', `/api/payments/orders/${placed.body.data.id}`, { token: owner.token, body: {} });
  await given(app).subscription({ userId: owner.user.id, item });
  const lineIds: string[] = placed.body.data.lines.map(({ id }: { id: string }) => id);
  await givenReview(app, { userId: owner.user.id, itemId: item.id, orderLineId: lineIds[0] ?? '' });
  const belongings = () => ownedBy(app, owner.user.id);
  const ids = [...new Set([...idsOf(await belongings()), ...lineIds])];
  return { app, api, call, owner, item, ids, belongings };
}

async function givenReview({ database, clock, newId }: App, about: Pick<Review, 'userId' | 'itemId' | 'orderLineId'>) {
  const [createdAt, updatedAt] = [clock.now(), clock.now()];
  const said = { star: 5, content: '좋아요', status: 'ACTIVE' as const, liveLineId: about.orderLineId, editedAt: null };
  await database.insert(database.tables.reviews).values({ id: newId(), ...about, ...said, createdAt, updatedAt });
}

/** Every row that names this user as its owner, by table. */
async function ownedBy({ database }: App, userId: string): Promise<Owned> {
  const owned: Owned = {};
  for (const [name, table] of Object.entries(database.tables)) {
    if (!('userId' in table)) continue;
    owned[name] = await database.select().from(table).where(eq(table.userId, userId));
  }
  return owned;
}

const idsOf = (owned: Owned): string[] =>
  Object.values(owned)
    .flat()
    .flatMap(({ id, publicId }) => [id, publicId])
    .filter((id): id is string => typeof id === 'string');
