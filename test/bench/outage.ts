import { setTimeout as sleep } from 'node:timers/promises';
import { inArray } from '../../src/platform/database/sql.ts';
import type { App } from '../../src/app.ts';
import { auditBooks, type Movement } from '../../src/payments/index.ts';
import { letBuy, type Told } from './buyers.ts';
import { percentile, round } from './figures.ts';
import { openStage, type Stage } from './stage.ts';
import type { Figures } from './run.ts';

const USERS = 100;
/** A fifth of all payment calls fail on the wire, half of them after they were executed. */
const FIFTH = [
  { match: { op: ['ready', 'approve'], probability: 0.1 }, effect: { kind: 'commit_drop' } },
  { match: { op: ['ready', 'approve'], probability: 0.111 }, effect: { kind: 'drop' } },
];
/** The outage scenario lasts 20 minutes; a tenth of that shows the same. */
const TIME_SCALE = 0.1;
const OUTAGE_MS = 20 * 60_000 * TIME_SCALE;
const AFTERWARDS_MS = 30_000;
const OPEN_MS = 10_000;
/** Lookups of what is in doubt run 15 s and 60 s after the call; one more look may meet a fault itself. */
const RESOLVED_WITHIN_MS = 150_000;

/** A provider that fails, then one that goes down slowly and comes back, with a hundred buyers at the door. */
export async function measure(tell: (line: string) => void): Promise<Figures> {
  const lossy = await played(async (stage) => {
    for (const rule of FIFTH) await stage.addFault(rule);
    return letBuy(stage, { users: USERS, forMs: 30_000, tries: 4, thinkMs: 1_000 });
  });
  tell(
    `20 % of calls lost: ${lossy.orders} orders, ${lossy.unpaid} given up, ${lossy.inDoubtRate} in doubt, ${lossy.double} charged twice`,
  );
  const outage = await played(async (stage) => {
    await stage.play({ name: 'outage', timeScale: TIME_SCALE });
    return letBuy(stage, { users: USERS, forMs: OUTAGE_MS + AFTERWARDS_MS, tries: 1, thinkMs: 1_000 });
  });
  const refused = outage.told.filter(isRefusal).map(({ ms }) => ms);
  const recovered = recoveryOf(outage.told);
  tell(
    `outage: ${refused.length} refused at once, p99 ${round(percentile(refused, 99), 1)} ms; back after ${recovered} s`,
  );
  return {
    users: USERS,
    lossyOrders: lossy.orders,
    lossyFailureRate: lossy.failureRate,
    lossyInDoubtRate: lossy.inDoubtRate,
    lossyDoubleCharges: lossy.double,
    lossyUnexplained: lossy.unexplained,
    outageOrders: outage.orders,
    outageFailureRate: outage.failureRate,
    outageInDoubtRate: outage.inDoubtRate,
    outageDoubleCharges: outage.double,
    outageUnexplained: outage.unexplained,
    refusedCalls: refused.length,
    refusedP50Ms: round(percentile(refused, 50), 2),
    refusedP99Ms: round(percentile(refused, 99), 2),
    recoveredWithinSeconds: recovered,
    recoveredWithinOpenPeriods: round((recovered * 1_000) / OPEN_MS, 2),
  };
}

interface Played {
  told: Told[];
  orders: number;
  unpaid: number;
  /** Orders that were given up, of all. */
  failureRate: number;
  /** Orders whose payment is still looked up: what never reached the provider is certain only after half an hour. */
  inDoubtRate: number;
  double: number;
  /** Differences between ledger and books that no attempt asks a person about. */
  unexplained: number;
}

async function played(story: (stage: Stage) => ReturnType<typeof letBuy>): Promise<Played> {
  const stage = await openStage();
  try {
    const { told, orderIds } = await story(stage);
    await stage.clearFaults();
    await untilResolved(stage.app);
    const { unpaid, inDoubt } = await countUnpaid(stage.app, orderIds);
    const { differences } = await auditBooks(stage.app, await stage.ledger<Movement>());
    return {
      told,
      orders: orderIds.length,
      unpaid,
      failureRate: round(unpaid / orderIds.length, 4),
      inDoubtRate: round(inDoubt / orderIds.length, 4),
      double: differences.filter(({ kind }) => kind === 'double').length,
      unexplained: differences.filter(({ explained }) => !explained).length,
    };
  } finally {
    await stage.close();
  }
}

/** The server's own resolver does it, in its own time. */
async function untilResolved({ database }: App): Promise<void> {
  const { paymentAttempts: t } = database.tables;
  const until = performance.now() + RESOLVED_WITHIN_MS;
  while (performance.now() < until) {
    const open = await database
      .select({ id: t.id })
      .from(t)
      .where(inArray(t.state, ['SENT', 'UNKNOWN']))
      .limit(1);
    if (open.length === 0) return;
    await sleep(1_000);
  }
}

/** Orders that are not paid: given up, or with a payment whose outcome nobody knows yet. */
async function countUnpaid({ database }: App, orderIds: readonly string[]) {
  const { orders, paymentAttempts: t } = database.tables;
  const wanted = new Set(orderIds);
  const rows = await database.select({ id: orders.id, status: orders.status }).from(orders);
  const open = await database
    .select({ orderId: t.orderId })
    .from(t)
    .where(inArray(t.state, ['SENT', 'UNKNOWN']));
  const doubtful = new Set(open.map(({ orderId }) => orderId));
  const notPaid = rows.filter(({ id, status }) => wanted.has(id) && status !== 'PAID');
  const inDoubt = notPaid.filter(({ id }) => doubtful.has(id)).length;
  return { unpaid: notPaid.length - inDoubt, inDoubt };
}

/** Refused before the network: the answers of the provider itself take 5 s in this story. */
const isRefusal = ({ said, ms }: Told): boolean => said === 'PROVIDER_UNAVAILABLE' && ms < 1_000;

const WINDOW_MS = 2_000;

/** Seconds from the provider's recovery until nine tenths of the answers of two seconds are good again. */
function recoveryOf(told: readonly Told[]): number {
  for (let from = OUTAGE_MS; from < OUTAGE_MS + AFTERWARDS_MS; from += 500) {
    const window = told.filter(({ atMs }) => atMs >= from && atMs < from + WINDOW_MS);
    const good = window.filter(({ said }) => said === 'approved' || said === 'open').length;
    if (window.length > 0 && good / window.length >= 0.9) return (from - OUTAGE_MS) / 1_000;
  }
  return AFTERWARDS_MS / 1_000;
}
