import { withOffset } from '../../platform/calendar.ts';
import { CHECKS, type Breach, type Check, type CheckingApp, type CheckName } from './check.ts';
import type { VerifyDocument } from './document.ts';
import { histories } from './histories.ts';
import { itemCopies } from './item-copies.ts';
import { liveKeys } from './live-keys.ts';
import { mandateStates } from './mandates.ts';
import { migrationBreaches } from './migrations.ts';
import { openCycles } from './open-cycles.ts';
import { orderTotals } from './order-totals.ts';
import { silentPayments, silentRefunds, stuckEvents } from './overdue-work.ts';
import { cyclelessApprovals, cyclelessOrders, paidCycles } from './paid-cycles.ts';
import { orderlessApprovals, paidOrders } from './paid-orders.ts';
import { EVERYTHING, rangesOf, type Bounds, type Walked } from './ranges.ts';
import { refundedOrders, refundSums } from './refund-sums.ts';
import { billingDates, subscriptionStates } from './subscriptions.ts';

const ALL: readonly Check[] = [
  orderTotals,
  paidOrders,
  orderlessApprovals,
  paidCycles,
  cyclelessApprovals,
  cyclelessOrders,
  refundSums,
  refundedOrders,
  subscriptionStates,
  billingDates,
  liveKeys,
  itemCopies,
  silentPayments,
  silentRefunds,
  stuckEvents,
  histories,
  mandateStates,
  openCycles,
];

/** Rows that a report names; the rest is counted. */
const FIRST = 1_000;

export interface VerifyRequest {
  /** Just these invariants. */
  only?: readonly CheckName[] | undefined;
}

/**
 * Looks for rows that break an invariant. Changes nothing, may run beside a shop at work, and takes the same memory
 * however large the shop is.
 */
export async function verifyBooks(app: CheckingApp, { only }: VerifyRequest = {}): Promise<VerifyDocument> {
  const startedAt = app.clock.now();
  const names = (Object.keys(CHECKS) as CheckName[]).filter((name) => !only || only.includes(name));
  const counts = new Map(names.map((name) => [name, 0]));
  const breaches: Breach[] = [];
  for await (const breach of breachesOf(app, { only: names })) {
    counts.set(breach.check, (counts.get(breach.check) ?? 0) + 1);
    if (breaches.length < FIRST) breaches.push(breach);
  }
  return {
    schema: 'pillivery.verify/1',
    startedAt: withOffset(app.config.shop.timeZone, startedAt),
    seconds: Math.round((app.clock.now().getTime() - startedAt.getTime()) / 100) / 10,
    exitCode: breaches.length > 0 ? 3 : 0,
    checks: names.map((check) => ({ check, holds: CHECKS[check], breaches: counts.get(check) ?? 0 })),
    breaches: breaches.map(({ check, table, id, says }) => ({ check, table, id, says })),
  };
}

export interface Search {
  only: readonly CheckName[];
  /** Which rows of a table are looked at; all of them when left out. */
  within?: ((table: Walked) => Bounds) | undefined;
}

/** Rows that break some invariants, one range after the other. */
export async function* breachesOf(
  app: CheckingApp,
  { only, within = () => EVERYTHING }: Search,
): AsyncGenerator<Breach> {
  for (const check of ALL) {
    if (!only.includes(check.name)) continue;
    for await (const range of rangesOf(app, check.walks, within(check.walks))) yield* await check.find(app, range);
  }
  if (only.includes('V12')) yield* await migrationBreaches(app);
}
