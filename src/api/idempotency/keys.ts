import { and, eq, lte } from '../../platform/database/sql.ts';
import type { App } from '../../app.ts';
import { isDuplicateKey } from '../../platform/database/index.ts';
import { Conflict, Refused } from '../../platform/errors.ts';
import type { IdempotencyKey, Queries, StoredAnswer } from '../../schema.ts';

type Needs = Pick<App, 'database' | 'clock'>;

/** One request that its caller has named. */
export interface Named {
  /** Whose name it is: two callers may use the same. */
  scope: string;
  key: string;
  route: string;
  /** Of path and body: under one name there is one request. */
  requestHash: string;
}

/** A name that this request holds. Its end is also what tells it from a later holder's. */
export interface Held extends Named {
  lockedUntil: Date;
}

/** Longer than any request works; one that died with its process may be repeated then. */
const LOCK_MS = 60_000;
const KEEP_MS = 24 * 3_600_000;

/**
 * Takes a name, or gives the answer that a request of this name already got. Throws `Conflict` while that one is still
 * being worked on, and `Refused` when it was another request.
 */
export async function takeName(app: Needs, named: Named): Promise<{ held: Held } | { answer: StoredAnswer }> {
  const now = app.clock.now();
  const held = { ...named, lockedUntil: new Date(now.getTime() + LOCK_MS) };
  const row = { ...held, state: 'IN_PROGRESS' as const, expiresAt: new Date(now.getTime() + KEEP_MS), createdAt: now };
  try {
    await app.database.insert(app.database.tables.idempotencyKeys).values({ ...row, httpStatus: null, response: null });
    return { held };
  } catch (error) {
    if (!isDuplicateKey(error)) throw error;
  }
  const before = await find(app, named);
  if (!before) throw inProgress(); // it ended between the two: worth asking again
  if (before.expiresAt <= now) return takeOver(app, before, row);
  if (before.requestHash !== named.requestHash || before.route !== named.route) throw reused();
  if (before.response) return { answer: before.response };
  if (before.lockedUntil > now) throw inProgress();
  return takeOver(app, before, row);
}

async function find({ database }: Needs, { scope, key }: Named): Promise<IdempotencyKey | undefined> {
  const { idempotencyKeys: t } = database.tables;
  const [row] = await database
    .select()
    .from(t)
    .where(and(eq(t.scope, scope), eq(t.key, key)));
  return row;
}

type Taking = Held & Pick<IdempotencyKey, 'state' | 'expiresAt' | 'createdAt'>;

/** Of several that find a name given up, the update lets one have it. */
async function takeOver({ database }: Needs, before: IdempotencyKey, row: Taking): Promise<{ held: Held }> {
  const { idempotencyKeys: t } = database.tables;
  const { rowsAffected } = await database
    .update(t)
    .set({ ...row, httpStatus: null, response: null })
    .where(and(holding(t, before), eq(t.state, before.state)));
  if (rowsAffected === 0) throw inProgress();
  return { held: row };
}

/** Writes the answer down, in the transaction of the change it tells of. Whoever has lost the name changes nothing. */
export async function keepAnswer(tx: Queries, { database }: Needs, held: Held, answer: StoredAnswer): Promise<void> {
  const { idempotencyKeys: t } = database.tables;
  const { rowsAffected } = await tx
    .update(t)
    .set({ state: 'DONE', httpStatus: answer.status, response: answer })
    .where(and(holding(t, held), eq(t.state, 'IN_PROGRESS')));
  if (rowsAffected === 0) throw inProgress();
}

/** Gives a name back whose request may be repeated; one that has its answer keeps it. */
export async function giveUpName({ database }: Needs, held: Held): Promise<void> {
  const { idempotencyKeys: t } = database.tables;
  await database.delete(t).where(and(holding(t, held), eq(t.state, 'IN_PROGRESS')));
}

const holding = (t: App['database']['tables']['idempotencyKeys'], { scope, key, lockedUntil }: Held | IdempotencyKey) =>
  and(eq(t.scope, scope), eq(t.key, key), eq(t.lockedUntil, lockedUntil));

/** Few enough that no other statement waits long for them. */
const BATCH = 1_000;

/** Forgets names whose day is over. */
export async function forgetOldNames({ database, clock }: Needs): Promise<void> {
  const { idempotencyKeys: t } = database.tables;
  const old = lte(t.expiresAt, clock.now());
  let more = true;
  while (more) {
    const batch = database.select({ until: t.expiresAt }).from(t).where(old).orderBy(t.expiresAt);
    const [next] = await batch.limit(1).offset(BATCH);
    await database.delete(t).where(next ? lte(t.expiresAt, next.until) : old);
    more = next !== undefined;
  }
}

const inProgress = () =>
  new Conflict('IDEMPOTENCY_IN_PROGRESS', 'A request with this Idempotency-Key is being worked on; ask again.', {
    retryAfterSeconds: 1,
  });

const reused = () =>
  new Refused('IDEMPOTENCY_KEY_REUSED', 'This Idempotency-Key belongs to another request; take a new one.');
