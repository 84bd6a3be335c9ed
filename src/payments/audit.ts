import { and, asc, gt, inArray } from '../platform/database/sql.ts';
import type { App } from '../app.ts';
import type { PaymentAttempt, Refund } from '../schema.ts';
import { orderRefOf } from './ledger/attempts.ts';

/** One movement of money as the provider's own ledger tells it; what an audit needs of a line. */
export interface Movement {
  op: 'charge' | 'refund' | 'issue' | 'deactivate';
  /** The provider's id of the payment. */
  ref: string;
  orderRef: string;
  /** Won. */
  amount: number;
}

export interface Difference {
  kind:
    /** More than one executed charge that nobody gave back, for one order or cycle. */
    | 'double'
    /** Executed there and not approved here. */
    | 'lost'
    /** Approved here and not executed there. */
    | 'phantom'
    | 'amount'
    /** Given back there and not here, or the other way round. */
    | 'refund';
  attemptId: string;
  says: string;
  /** A person is asked to look at this very attempt: the difference is known and said openly. */
  explained: boolean;
}

export interface Audit {
  charges: number;
  amount: number;
  refunds: number;
  approved: number;
  /** Ids of the attempts that ask for a person. */
  needsOperator: string[];
  differences: Difference[];
  equal: boolean;
}

/**
 * Holds a provider's ledger, which is the truth, against our books. Movements are read one by one and attempts a page at
 * a time; what is kept is the sums by order reference.
 */
export async function auditBooks(
  app: Pick<App, 'database'>,
  movements: Iterable<Movement> | AsyncIterable<Movement>,
): Promise<Audit> {
  const there = await addUp(movements);
  const audit: Audit = { ...there.totals, approved: 0, needsOperator: [], differences: [], equal: true };
  const standing = new Map<string, Standing>();
  const strange = new Set(there.byRef.keys());
  for await (const books of pagesOfBooks(app, there.byRef)) {
    for (const book of books) {
      strange.delete(orderRefOf(book.attempt));
      if (book.attempt.state === 'APPROVED') audit.approved += 1;
      if (isWatched(book)) audit.needsOperator.push(book.attempt.publicId);
      audit.differences.push(...differencesOf(book));
      if (book.there.charges.length > 0) add(standing, book);
    }
  }
  audit.differences.push(...doublesOf(standing), ...strangersOf(strange, there.byRef));
  return { ...audit, equal: audit.differences.length === 0 };
}

/** What the provider moved for one order reference. */
interface There {
  /** Amounts, in won. */
  charges: number[];
  refunded: number;
}

const NOTHING: There = { charges: [], refunded: 0 };

async function addUp(movements: Iterable<Movement> | AsyncIterable<Movement>) {
  const byRef = new Map<string, There>();
  const totals = { charges: 0, amount: 0, refunds: 0 };
  for await (const { op, orderRef, amount } of movements) {
    if (op !== 'charge' && op !== 'refund') continue;
    const there = byRef.get(orderRef) ?? { charges: [], refunded: 0 };
    byRef.set(orderRef, there);
    if (op === 'charge') {
      there.charges.push(amount);
      totals.charges += 1;
      totals.amount += amount;
    } else {
      there.refunded += amount;
      totals.refunds += 1;
    }
  }
  return { byRef, totals };
}

/** An attempt with its refunds, and what the provider moved for it. */
interface Book {
  attempt: PaymentAttempt;
  refunds: Refund[];
  there: There;
}

const PAGE = 1_000;

async function* pagesOfBooks(
  { database }: Pick<App, 'database'>,
  byRef: ReadonlyMap<string, There>,
): AsyncGenerator<Book[]> {
  const { paymentAttempts: t, refunds: r } = database.tables;
  for (let last = ''; ;) {
    const attempts = await database.select().from(t).where(gt(t.id, last)).orderBy(asc(t.id)).limit(PAGE);
    const end = attempts.at(-1);
    if (!end) return;
    last = end.id;
    const ids = attempts.map(({ id }) => id);
    const sent = and(inArray(r.attemptId, ids), inArray(r.status, ['SENT', 'UNKNOWN', 'SUCCEEDED', 'FAILED']));
    const refunds = Map.groupBy(await database.select().from(r).where(sent), ({ attemptId }) => attemptId);
    yield attempts.map((attempt) => ({
      attempt,
      refunds: refunds.get(attempt.id) ?? [],
      there: byRef.get(orderRefOf(attempt)) ?? NOTHING,
    }));
  }
}

const isWatched = ({ attempt, refunds }: Book): boolean =>
  attempt.needsOperator || refunds.some(({ needsOperator }) => needsOperator);

const sumOf = (amounts: readonly number[]): number => amounts.reduce((sum, amount) => sum + amount, 0);

function differencesOf(book: Book): Difference[] {
  const { attempt, refunds, there } = book;
  const { publicId: attemptId, amount, state } = attempt;
  const isBooked = state === 'APPROVED';
  const [charges, charged] = [there.charges.length, sumOf(there.charges)];
  const explained = isWatched(book);
  const found: Difference[] = [];
  const differ = (kind: Difference['kind'], says: string) => found.push({ kind, attemptId, says, explained });
  if (charges > 0 && !isBooked) differ('lost', `charged ${charged} won, booked ${state}`);
  // A mandate without money leaves no charge; an approval of 0 won is no phantom.
  if (charges === 0 && isBooked && amount > 0) differ('phantom', `booked APPROVED of ${amount} won, never charged`);
  if (charges === 1 && isBooked && charged !== amount) differ('amount', `charged ${charged} won, booked ${amount}`);
  const back = sumOf(refunds.filter(({ status }) => status === 'SUCCEEDED').map((refund) => refund.amount));
  if (there.refunded !== back) differ('refund', `${there.refunded} won given back there, ${back} here`);
  return found;
}

/** Charges for one order or cycle, and what went back of them. */
interface Standing {
  charges: number;
  paid: number;
  back: number;
  /** The largest of them: what paying once would cost. */
  once: number;
  attemptId: string;
  explained: boolean;
}

function add(standing: Map<string, Standing>, book: Book): void {
  const { attempt, there } = book;
  const target = targetOf(attempt);
  const before = standing.get(target) ?? { charges: 0, paid: 0, back: 0, once: 0, explained: false };
  standing.set(target, {
    attemptId: attempt.publicId,
    ...before,
    charges: before.charges + there.charges.length,
    paid: before.paid + sumOf(there.charges),
    back: before.back + there.refunded,
    once: Math.max(before.once, ...there.charges),
    explained: before.explained || isWatched(book),
  });
}

const targetOf = ({ orderId, subscriptionId, cycle, id }: PaymentAttempt): string =>
  orderId === null ? (subscriptionId === null ? id : `renewal:${subscriptionId}:${cycle}`) : `order:${orderId}`;

const doublesOf = (standing: ReadonlyMap<string, Standing>): Difference[] =>
  [...standing]
    .filter(([, { charges, paid, back, once }]) => charges > 1 && paid - back > once)
    .map(([target, { charges, attemptId, explained }]) => {
      return { kind: 'double', attemptId, says: `${charges} charges stand for ${target}`, explained };
    });

/** Charges that no attempt of ours asked for. */
const strangersOf = (strange: ReadonlySet<string>, byRef: ReadonlyMap<string, There>): Difference[] =>
  [...strange]
    .map((orderRef) => ({ orderRef, charged: sumOf(byRef.get(orderRef)?.charges ?? []) }))
    .filter(({ charged }) => charged > 0)
    .map(({ orderRef, charged }) => ({
      kind: 'lost',
      attemptId: orderRef,
      says: `charged ${charged} won for an attempt that is not in our books`,
      explained: false,
    }));
