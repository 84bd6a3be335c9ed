import { and, count, eq } from '../../../src/platform/database/sql.ts';
import { runBilling } from '../../../src/billing/index.ts';
import { relayOnce } from '../../../src/outbox/index.ts';
import { resolveAttempt, resolveDue, resolveRefunds, sweepCheckouts } from '../../../src/payments/index.ts';
import { TODAY, type World } from './world.ts';

const SECOND_MS = 1_000;
/** What passes between the resolver's looks at an attempt (payments.md 5.1), the last of them after an hour. */
const BETWEEN_LOOKS_MS = [16, 46, 240, 900, 661, 1_801].map((seconds) => seconds * SECOND_MS);
/** More passes than any shop needs; one that needs more turns in circles. */
const MOST_PASSES = 6;

/** Everything runs again, without kills and faults, until nothing moves any more. */
export async function recover(world: World): Promise<void> {
  await world.provider.setFaults([]);
  await resolverGoesOn(world);
  await (world.plan.recoversByProcess ? billByProcess(world) : runBilling(world.app, { date: TODAY }));
  await untilNothingMoves(world);
}

async function billByProcess(world: World): Promise<void> {
  const { code, stdout, stderr } = await world.start(['bill', '--date', TODAY, '--json', '--quiet']).ended;
  if (code !== 0 && code !== 3) throw new Error(`The run after the kills ended with ${code}: ${stdout}${stderr}`);
}

/** A person books what witnesses propose; what could not be charged before is charged then. Returns how many. */
export async function acceptProposals(world: World): Promise<number> {
  const { app } = world;
  const { paymentAttempts: t } = app.database.tables;
  const proposed = and(eq(t.state, 'UNKNOWN'), eq(t.proposal, 'NOT_CHARGED'));
  const attempts = await app.database.select().from(t).where(proposed);
  for (const { publicId: attemptId } of attempts) {
    const actor = { type: 'ADMIN', id: 'crash' } as const;
    const note = 'the mandate has not moved in an hour';
    await resolveAttempt(app, { attemptId, note, actor, resolution: { result: 'NOT_CHARGED' } });
  }
  if (attempts.length > 0) await untilNothingMoves(world);
  return attempts.length;
}

async function untilNothingMoves(world: World): Promise<void> {
  let before = await standing(world);
  for (let pass = 0; pass < MOST_PASSES; pass += 1) {
    await resolverGoesOn(world);
    await runBilling(world.app, { date: TODAY });
    const after = await standing(world);
    if (after === before) return;
    before = after;
  }
  throw new Error(`After ${MOST_PASSES} passes the shop still moves: ${before}`);
}

/** What a server does beside answering, with an hour passing. */
async function resolverGoesOn({ app, pass }: World): Promise<void> {
  for (const ms of BETWEEN_LOOKS_MS) {
    await pass(ms);
    await sweepCheckouts(app);
    await resolveDue(app);
    await resolveRefunds(app);
    await relayOnce(app);
  }
}

/** All that may still change, in one line: states of attempts, cycles, refunds, and what the provider executed. */
async function standing({ app: { database }, provider }: World): Promise<string> {
  const { paymentAttempts: t, billingCycles: c, refunds: r, outboxEvents: e } = database.tables;
  const attempts = await database.select({ state: t.state, rows: count() }).from(t).groupBy(t.state).orderBy(t.state);
  const cycles = await database.select({ status: c.status, rows: count() }).from(c).groupBy(c.status).orderBy(c.status);
  const refunds = await database
    .select({ status: r.status, rows: count() })
    .from(r)
    .groupBy(r.status)
    .orderBy(r.status);
  const events = await database.select({ status: e.status, rows: count() }).from(e).groupBy(e.status).orderBy(e.status);
  return JSON.stringify({ attempts, cycles, refunds, events, executed: (await provider.ledger()).length });
}
