import { asc } from '../../../src/platform/database/sql.ts';
import { orderRefOf } from '../../../src/payments/index.ts';
import { addDays, dayIn } from '../../../src/platform/calendar.ts';
import type { BillingCycle, PaymentAttempt, Subscription } from '../../../src/schema.ts';
import type { Bundle } from '../../support/bundle.ts';
import type { Line } from './people.ts';

/** Everything that is known of one subscription when the last date is over. */
interface File {
  line: Line;
  subscription: Subscription;
  cycles: BillingCycle[];
  attempts: PaymentAttempt[];
  /** Mandates with a charge in doubt that a person was asked about. */
  doubted: ReadonlySet<string | null>;
  /** The day on which the provider executed a charge, by its own ledger. */
  chargedOn: ReadonlyMap<string, string>;
  /** The last date on which the billing was run to its end. */
  lastRunOn: string;
}

/** What cannot be accounted for, each in a sentence; the arithmetic of dates is this file's own, from the specification. */
export async function unaccountedFor(shop: Bundle, lines: readonly Line[], lastRunOn: string): Promise<string[]> {
  const files = await openFiles(shop, lines, lastRunOn);
  return files.flatMap((file) => [...gapsIn(file), ...driftIn(file), ...file.cycles.flatMap((c) => strayOf(file, c))]);
}

async function openFiles({ app: { database }, sandbox }: Bundle, lines: readonly Line[], lastRunOn: string) {
  const { subscriptions: s, billingCycles: c, paymentAttempts: t } = database.tables;
  const subscriptions = new Map((await database.select().from(s)).map((row) => [row.id, row]));
  const cycles = Map.groupBy(await database.select().from(c).orderBy(asc(c.cycle)), (row) => row.subscriptionId);
  const all = await database.select().from(t).orderBy(asc(t.id));
  const attempts = Map.groupBy(all, (row) => row.subscriptionId);
  const doubted = new Set(all.filter(isAsked).map(({ mandateId }) => mandateId));
  const charges = sandbox.ledger().filter(({ op }) => op === 'charge');
  const chargedOn = new Map(charges.map(({ orderRef, atVirtual }) => [orderRef, seoulDay(new Date(atVirtual))]));
  return lines.map((line): File => {
    const { id } = line.subscription;
    const subscription = subscriptions.get(id) ?? line.subscription;
    const own = { cycles: cycles.get(id) ?? [], attempts: attempts.get(id) ?? [] };
    return { line, subscription, ...own, doubted, chargedOn, lastRunOn };
  });
}

const isAsked = ({ state, needsOperator }: PaymentAttempt): boolean => state === 'UNKNOWN' && needsOperator;

const seoulDay = (moment: Date): string => dayIn('Asia/Seoul', moment);

/** Cycles are numbered without a gap from the one after the first order, and only the last may be unfinished. */
function gapsIn({ subscription: { id, lastCycle }, cycles }: File): string[] {
  const closed = cycles.filter(({ status }) => status !== 'OPEN');
  const numbered = cycles.every(({ cycle }, index) => cycle === index + 2);
  const finished = cycles.slice(0, -1).every(({ status }) => status === 'PAID' || status === 'SKIPPED');
  if (numbered && finished && lastCycle === closed.length + 1) return [];
  return [`${id}: cycles ${cycles.map(({ cycle, status }) => `${cycle} ${status}`).join()}, last ${lastCycle}`];
}

/** Each due date lies whole periods after the first, and the periods between two are told as missed. */
function driftIn(file: File): string[] {
  const { line, subscription, cycles } = file;
  let due = line.subscription.nextBillingOn ?? '';
  const found: string[] = [];
  for (const cycle of cycles) {
    if (cycle.billingOn !== due)
      found.push(`${subscription.id}: cycle ${cycle.cycle} is of ${cycle.billingOn}, not of ${due}`);
    if (cycle.status !== 'PAID') break;
    const next = dueAfter(due, subscription.periodDays, paidOn(file, cycle));
    if (next.missed !== cycle.periodsMissed)
      found.push(`${subscription.id}: cycle ${cycle.cycle} missed ${next.missed}`);
    due = next.on;
  }
  const expected = subscription.status === 'CANCELLED' ? null : due;
  if (subscription.nextBillingOn !== expected)
    found.push(`${subscription.id}: next ${subscription.nextBillingOn}, not ${expected}`);
  return found;
}

function dueAfter(due: string, periodDays: number, after: string): { on: string; missed: number } {
  let [on, missed] = [addDays(due, periodDays), 0];
  while (on <= after) [on, missed] = [addDays(on, periodDays), missed + 1];
  return { on, missed };
}

/** By the provider's ledger; a run charges on its own date, so that this is its date too. */
function paidOn({ attempts, chargedOn }: File, { paidAttemptId }: BillingCycle): string {
  const attempt = attempts.find(({ id }) => id === paidAttemptId);
  return attempt ? (chargedOn.get(orderRefOf(attempt)) ?? '') : '';
}

/** A cycle that is neither paid once, nor ended for a reason, nor on its way with somebody to look after it. */
function strayOf(file: File, cycle: BillingCycle): string[] {
  const { subscription, attempts, chargedOn } = file;
  const tries = attempts.filter((attempt) => attempt.cycle === cycle.cycle);
  const charges = tries.filter((attempt) => chargedOn.has(orderRefOf(attempt)));
  const declines = tries.filter(({ outcome }) => outcome === 'DECLINED_SOFT' || outcome === 'DECLINED_HARD');
  const days = new Set(declines.map(({ sentAt }) => sentAt && seoulDay(sentAt)));
  const says: string[] = [];
  if (charges.length !== (cycle.status === 'PAID' ? 1 : 0)) says.push(`${charges.length} charges`);
  if (days.size < declines.length || declines.length > 4) says.push(`${declines.length} declines on ${days.size} days`);
  if (!isLookedAfter(file, cycle, tries)) says.push('nobody looks after it');
  return says.map((what) => `${subscription.id}: cycle ${cycle.cycle} is ${cycle.status}: ${what}`);
}

function isLookedAfter(file: File, cycle: BillingCycle, tries: readonly PaymentAttempt[]): boolean {
  const { status, closeReason, reasonGroup } = cycle;
  if (status === 'PAID') return tries.some(({ id, state }) => id === cycle.paidAttemptId && state === 'APPROVED');
  if (status === 'SKIPPED') return closeReason !== null;
  if (status === 'OPEN') return isOnLadder(file, cycle) || isWithPerson(file, cycle, tries);
  const isExplained = closeReason === 'MANDATE_REVOKED' || (closeReason === 'LADDER_ENDED' && reasonGroup !== null);
  return isExplained && file.subscription.status === 'CANCELLED';
}

/** Tried before, and the date of its next try, or of its end while it waits for another method, lies ahead. */
const isOnLadder = ({ lastRunOn }: File, { firstTryOn, nextTryOn, liveAttemptId }: BillingCycle): boolean =>
  firstTryOn !== null && nextTryOn > lastRunOn && liveAttemptId === null;

/** Its charge is in doubt, or waits behind one on the same mandate that is, and a person was asked. */
function isWithPerson({ doubted }: File, { liveAttemptId }: BillingCycle, tries: readonly PaymentAttempt[]): boolean {
  const live = tries.find(({ id }) => id === liveAttemptId);
  return live !== undefined && doubted.has(live.mandateId);
}
