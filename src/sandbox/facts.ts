/** The calls that the sandbox takes, by the last word of their address. */
export const OPS = ['ready', 'approve', 'order', 'cancel', 'subscription', 'inactive', 'status'] as const;
export type Op = (typeof OPS)[number];

/** What is known of a call before its body is read. */
export interface EarlyFacts {
  readonly provider: 'KAKAOPAY';
  readonly op: Op;
}

/** What fault rules can tell calls apart by. */
export interface CallFacts extends EarlyFacts {
  readonly sidHash?: string | undefined;
  readonly customer?: string | undefined;
  readonly orderRef?: string | undefined;
  /** What the call would move; for a lookup what was moved. */
  readonly amount?: number | undefined;
  /** A number in [0, 1) that belongs to this call and a word, whenever it arrives. */
  draw(word: string): number;
}
