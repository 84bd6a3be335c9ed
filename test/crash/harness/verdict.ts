import { and, gte, inArray } from '../../../src/platform/database/sql.ts';
import { auditBooks } from '../../../src/payments/index.ts';
import type { LedgerLine } from '../../../src/sandbox/ledger-line.ts';
import type { BillingCycle, PaymentAttempt } from '../../../src/schema.ts';
import { DUE_CYCLE, type Debtor, type Shop } from './shop.ts';
import { TODAY, type World } from './world.ts';

/** What an audit of a run has found; each finding is a sentence. */
export interface Verdict {
  /** More than one executed charge that stands, for one cycle or order. */
  doubles: string[];
  /** Executed and not booked, booked and not executed, or a due cycle that nobody looks after any more. */
  lost: string[];
  /** Attempts that are still in doubt. */
  unknownOpen: number;
  /** What does not end by itself although it should. */
  stuck: string[];
}

/** Holds the provider's ledger against the books, and every debt against its cycle. */
export async function judge(world: World, { debtors, executedBefore }: Shop): Promise<Verdict> {
  const ledger = await world.provider.ledger();
  const audit = await auditBooks(world.app, ledger);
  const said = (kinds: readonly string[]) =>
    audit.differences
      .filter(({ kind }) => kinds.includes(kind))
      .map(({ kind, attemptId, says }) => `${kind} ${attemptId}: ${says}`);
  const books = await readBooks(world, debtors);
  const doubtful = [...books.attempts.values()].filter(isInDoubt);
  return {
    doubles: [...said(['double']), ...overcharged(ledger.slice(executedBefore), debtors)],
    lost: [...said(['lost', 'phantom', 'amount', 'refund']), ...forgotten(books, debtors)],
    unknownOpen: doubtful.length,
    stuck: doubtful.filter((attempt) => shouldBeOver(world, attempt)).map(sayStuck),
  };
}

/** More charges of a customer than there are debts: this count rests on nothing that our books say. */
function overcharged(ledger: readonly LedgerLine[], debtors: readonly Debtor[]): string[] {
  const charges = ledger.filter(({ op }) => op === 'charge');
  return debtors.flatMap(({ customer, subscriptions }) => {
    const executed = charges.filter((line) => line.customer === customer).length;
    const owed = subscriptions.length;
    return executed > owed ? [`customer ${customer} was charged ${executed} times for ${owed} debts`] : [];
  });
}

interface Books {
  cycles: ReadonlyMap<string, BillingCycle[]>;
  attempts: ReadonlyMap<string, PaymentAttempt>;
}

async function readBooks({ app: { database } }: World, debtors: readonly Debtor[]): Promise<Books> {
  const { billingCycles: c, paymentAttempts: t } = database.tables;
  const ids = debtors.flatMap(({ subscriptions }) => subscriptions.map(({ id }) => id));
  const ofToday = and(inArray(c.subscriptionId, ids), gte(c.cycle, DUE_CYCLE));
  const cycles = await database.select().from(c).where(ofToday);
  const attempts = await database.select().from(t);
  return {
    cycles: Map.groupBy(cycles, ({ subscriptionId }) => subscriptionId),
    attempts: new Map(attempts.map((attempt) => [attempt.id, attempt])),
  };
}

function forgotten(books: Books, debtors: readonly Debtor[]): string[] {
  return debtors.flatMap(({ subscriptions }) =>
    subscriptions.flatMap(({ id }) => {
      const [cycle, ...others] = books.cycles.get(id) ?? [];
      if (!cycle) return [`subscription ${id}: its due date led to no cycle`];
      if (others.length > 0) return [`subscription ${id}: ${others.length + 1} cycles for one due date`];
      return isLookedAfter(cycle, books) ? [] : [`subscription ${id}: nobody looks after its cycle ${sayCycle(cycle)}`];
    }),
  );
}

/** An approval, an end, a hold, a date on the ladder, or a person who is asked. */
function isLookedAfter(cycle: BillingCycle, { attempts }: Books): boolean {
  const { status, paidAttemptId, closeReason, hold, lastTryOn, nextTryOn } = cycle;
  if (status === 'PAID') return attempts.get(paidAttemptId ?? '')?.state === 'APPROVED';
  if (status !== 'OPEN') return closeReason !== null;
  const live = attempts.get(cycle.liveAttemptId ?? '');
  if (live) return isAsked(live) || (live.state === 'CREATED' && waitsForPerson(live, attempts));
  if (hold !== null || (lastTryOn !== null && nextTryOn > TODAY)) return true;
  return [...attempts.values()].some((attempt) => isOf(cycle, attempt) && attempt.needsOperator);
}

const isInDoubt = ({ state }: PaymentAttempt): boolean => state === 'SENT' || state === 'UNKNOWN';
const isAsked = (attempt: PaymentAttempt): boolean => isInDoubt(attempt) && attempt.needsOperator;
const isOf = ({ subscriptionId, cycle }: BillingCycle, attempt: PaymentAttempt): boolean =>
  attempt.subscriptionId === subscriptionId && attempt.cycle === cycle;

/** Its mandate is fenced by a charge in doubt that a person was asked about. */
const waitsForPerson = ({ mandateId }: PaymentAttempt, attempts: Books['attempts']): boolean =>
  [...attempts.values()].some((other) => other.mandateFence === mandateId && isAsked(other));

/** An unknown that is nobody's; and with a witness whose word is booked, any at all. */
const shouldBeOver = (world: World, attempt: PaymentAttempt): boolean =>
  !attempt.needsOperator || world.plan.witness === 'auto';

const sayStuck = ({ publicId, state, operatorReason, proposal }: PaymentAttempt): string =>
  `${publicId} is still ${state} (${operatorReason ?? 'nobody is asked'}${proposal ? `, proposal ${proposal}` : ''})`;

const sayCycle = ({ status, step, hold, liveAttemptId, lastTryOn, nextTryOn }: BillingCycle): string =>
  JSON.stringify({ status, step, hold, liveAttemptId, lastTryOn, nextTryOn });
