export const MOVEMENTS = ['charge', 'refund', 'issue', 'deactivate'] as const;
export const ANSWERS = ['sent', 'dropped', 'late', 'error'] as const;

/** What is about to be tried with the answer: the line is written before it. */
export type Answered = (typeof ANSWERS)[number];

/** One executed movement: the truth that audits compare the books with. */
export interface LedgerLine {
  seq: number;
  /** By the machine's clock. */
  at: string;
  /** By the sandbox's clock, which may be another. */
  atVirtual: string;
  provider: 'KAKAOPAY';
  op: (typeof MOVEMENTS)[number];
  /** The tid; of a deactivation the mandate's hash. */
  ref: string;
  /** What the merchant calls the payment; empty for a deactivation. */
  orderRef: string;
  mandateHash: string | null;
  customer: string;
  amount: number;
  answered: Answered;
  /** The fault rule that this call met. */
  faultId?: string | undefined;
  requestId: string;
}

export type Movement = Omit<LedgerLine, 'seq' | 'at' | 'atVirtual' | 'provider'>;
