import type { Approved, ChargeOutcome, NotCompleted, ProviderDown, RawCodes, Unknown } from '../provider.ts';

/** Ask the provider's own record of this payment, where there is a key for it. */
export interface LookUp {
  kind: 'look_up';
  codes: RawCodes;
  /** What it remains when there is no record, or one that decides nothing. */
  otherwise: Unknown['why'];
}

/** What a call came to that was not granted, read as a call that may move money; each operation narrows it. */
export type Verdict = Exclude<ChargeOutcome, Approved> | NotCompleted | LookUp;

/** Providers give up within 11 to 30 s, so the truth is there by then. */
const FIRST_LOOK_MS = 15_000;

export interface Doubt {
  why: Unknown['why'];
  answered?: boolean;
  codes?: RawCodes;
  lookAfterMs?: number;
}

export const doubt = (now: Date, { why, answered = true, codes, lookAfterMs = FIRST_LOOK_MS }: Doubt): Unknown => ({
  kind: 'unknown',
  why,
  answered,
  lookAt: new Date(now.getTime() + lookAfterMs),
  ...(codes && { codes }),
});

/** What a look-up leaves that decided nothing. */
export const undecided = (now: Date, { otherwise, codes }: LookUp): Unknown => doubt(now, { why: otherwise, codes });

/** For calls that move nothing: whatever remained in doubt, nothing happened. */
export const nothingHappened = ({ codes }: { codes?: RawCodes }): ProviderDown => ({
  kind: 'provider_down',
  why: 'no_answer',
  proof: 'answered',
  ...(codes && { codes }),
});

/**
 * Whether the provider is to blame: what a breaker counts. A decline, a refused setting and an answered doubt about one
 * customer are answers of a provider that works.
 */
export function isFault(verdict: { kind: string } | Verdict): boolean {
  if (!('why' in verdict)) return false;
  if (verdict.kind === 'provider_down') return verdict.proof !== 'local';
  if (verdict.kind !== 'unknown') return false;
  return !verdict.answered || verdict.why === 'server_error' || verdict.why === 'unparsable';
}
