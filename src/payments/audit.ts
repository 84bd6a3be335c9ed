import { inArray } from 'drizzle-orm';
import type { App } from '../app.ts';
import type { PaymentAttempt, Refund } from '../schema.ts';

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
 * Holds a provider's ledger, which is the truth, against our books. Reads both whole: for tests, benches and a day's
 * comparison, not for years of them.
 */
export async function auditBooks({ database }: Pick<App, 'database'>, movements: readonly Movement[]): Promise<Audit> {
  const { paymentAttempts, refunds: r } = database.tables;
  const attempts = await database.select().from(paymentAttempts);
  const refunds = await database
    .select()
    .from(r)
    .where(inArray(r.status, ['SENT', 'UNKNOWN', 'SUCCEEDED', 'FAILED']));
  const books = booksOf(attempts, refunds, movements);
  const charges = movements.filter(({ op }) => op === 'charge');
  const differences = [...books.flatMap(differencesOf), ...doublesOf(books), ...strangersOf(attempts, charges)];
  return {
    charges: charges.length,
    amount: charges.reduce((sum, { amount }) => sum + amount, 0),
    refunds: movements.filter(({ op }) => op === 'refund').length,
    approved: attempts.filter(({ state }) => state === 'APPROVED').length,
    needsOperator: books.filter(isWatched).map(({ attempt }) => attempt.publicId),
    differences,
    equal: differences.length === 0,
  };
}

interface Book {
  attempt: PaymentAttempt;
  charges: Movement[];
  refundedThere: number;
  refunds: Refund[];
}

const refOf = ({ orderRef, publicId }: PaymentAttempt): string => orderRef ?? publicId;

function booksOf(
  attempts: readonly PaymentAttempt[],
  refunds: readonly Refund[],
  movements: readonly Movement[],
): Book[] {
  const charges = Map.groupBy(
    movements.filter(({ op }) => op === 'charge'),
    ({ orderRef }) => orderRef,
  );
  const given = Map.groupBy(
    movements.filter(({ op }) => op === 'refund'),
    ({ orderRef }) => orderRef,
  );
  const ours = Map.groupBy(refunds, ({ attemptId }) => attemptId);
  return attempts.map((attempt) => ({
    attempt,
    charges: charges.get(refOf(attempt)) ?? [],
    refundedThere: (given.get(refOf(attempt)) ?? []).reduce((sum, { amount }) => sum + amount, 0),
    refunds: ours.get(attempt.id) ?? [],
  }));
}

/** A mandate without money leaves no charge; an approval of 0 won is no phantom. */
const movesMoney = ({ amount }: PaymentAttempt): boolean => amount > 0;

const isWatched = ({ attempt, refunds }: Book): boolean =>
  attempt.needsOperator || refunds.some(({ needsOperator }) => needsOperator);

function differencesOf(book: Book): Difference[] {
  const { attempt, charges, refundedThere, refunds } = book;
  const { publicId: attemptId, amount, state } = attempt;
  const explained = isWatched(book);
  const differ = (kind: Difference['kind'], says: string): Difference => ({ kind, attemptId, says, explained });
  const found: Difference[] = [];
  const charged = charges.reduce((sum, charge) => sum + charge.amount, 0);
  if (charges.length > 0 && state !== 'APPROVED') found.push(differ('lost', `charged ${charged} won, booked ${state}`));
  if (charges.length === 0 && state === 'APPROVED' && movesMoney(attempt))
    found.push(differ('phantom', `booked APPROVED of ${amount} won, never charged`));
  if (charges.length === 1 && state === 'APPROVED' && charged !== amount)
    found.push(differ('amount', `charged ${charged} won, booked ${amount}`));
  const refundedHere = refunds.reduce((sum, refund) => sum + (refund.status === 'SUCCEEDED' ? refund.amount : 0), 0);
  if (refundedThere !== refundedHere)
    found.push(differ('refund', `${refundedThere} won given back there, ${refundedHere} here`));
  return found;
}

/** Charges that stand (were not given back in full), counted by what they pay for. */
function doublesOf(books: readonly Book[]): Difference[] {
  const standing = books.filter(({ charges }) => charges.length > 0);
  const byTarget = Map.groupBy(standing, ({ attempt }) => targetOf(attempt));
  return [...byTarget.values()].flatMap((group) => {
    const charges = group.flatMap((book) => book.charges);
    const back = group.reduce((sum, { refundedThere }) => sum + refundedThere, 0);
    const paid = charges.reduce((sum, { amount }) => sum + amount, 0);
    const once = Math.max(...charges.map(({ amount }) => amount));
    const [first] = group;
    if (charges.length < 2 || paid - back <= once || !first) return [];
    const says = `${charges.length} charges stand for ${targetOf(first.attempt)}`;
    return [{ kind: 'double', attemptId: first.attempt.publicId, says, explained: group.some(isWatched) }];
  });
}

const targetOf = ({ orderId, subscriptionId, cycle, id }: PaymentAttempt): string =>
  orderId === null ? (subscriptionId === null ? id : `renewal:${subscriptionId}:${cycle}`) : `order:${orderId}`;

/** Charges that no attempt of ours asked for. */
function strangersOf(attempts: readonly PaymentAttempt[], charges: readonly Movement[]): Difference[] {
  const known = new Set(attempts.map(refOf));
  return charges
    .filter(({ orderRef }) => !known.has(orderRef))
    .map(({ orderRef, amount }) => ({
      kind: 'lost',
      attemptId: orderRef,
      says: `charged ${amount} won for an attempt that is not in our books`,
      explained: false,
    }));
}
