import { orderRefOf, type LookupOutcome } from '../../payments/index.ts';
import type { PaymentAttempt } from '../../schema.ts';

/** What our books say went back of a payment. */
export interface GivenBack {
  /** Certainly. */
  booked: number;
  /** Beside that, on its way: the provider may show it or not. */
  underWay: number;
}

export type Comparison =
  | { is: 'equal' }
  | { is: 'different'; kind: 'ids' | 'status' | 'amount' | 'refunded'; says: string }
  /** No usable answer about this payment. */
  | { is: 'not-compared'; why: string }
  | { is: 'away' };

type FoundRecord = Extract<LookupOutcome, { kind: 'found' }>;

/** Holds an approved payment against what the provider shows of it. Pure. */
export function compare(attempt: PaymentAttempt, found: LookupOutcome, back: GivenBack): Comparison {
  switch (found.kind) {
    case 'found':
      return compareRecord(attempt, found, back);
    case 'absent':
      return { is: 'different', kind: 'status', says: 'the provider knows of no such payment' };
    case 'provider_down':
      return { is: 'away' };
    case 'inconclusive':
      return { is: 'not-compared', why: found.codes?.code ?? 'the answer proves nothing' };
    case 'witnessed':
      return { is: 'not-compared', why: 'only the mandate could be asked' };
  }
}

function compareRecord(attempt: PaymentAttempt, found: FoundRecord, { booked, underWay }: GivenBack): Comparison {
  const differ = (kind: 'ids' | 'status' | 'amount' | 'refunded', says: string): Comparison => {
    return { is: 'different', kind, says };
  };
  if (!isOf(attempt, found)) return differ('ids', 'the provider knows it by other ids than we do');
  if (!isStateOf(attempt, found)) {
    return differ('status', `the provider has it as ${found.record.providerStatus}, we have it approved`);
  }
  const { total } = found.amounts;
  if (total !== attempt.amount) return differ('amount', `the provider took ${total} won, we booked ${attempt.amount}`);
  const { refunded } = found;
  if (refunded >= booked && refunded <= booked + underWay) return { is: 'equal' };
  return differ('refunded', `the provider gave back ${refunded} won, we booked ${booked} won`);
}

const isOf = (attempt: PaymentAttempt, found: FoundRecord): boolean =>
  found.attemptId === orderRefOf(attempt) &&
  found.merchantCode === attempt.merchantCode &&
  found.customerRef === attempt.customerRef &&
  found.paymentId === attempt.providerPaymentId;

/** A mandate that came without money is issued; whatever was paid may have gone back. */
const isStateOf = ({ amount }: PaymentAttempt, { state }: FoundRecord): boolean =>
  amount === 0 ? state === 'issued' : state === 'paid' || state === 'refunded';
