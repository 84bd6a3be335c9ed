import type { App } from '../../app.ts';
import { checkNote, resolutionOf, type Resolution } from '../../payments/index.ts';
import { addDays, dayIn, momentIn } from '../../platform/calendar.ts';
import { InvalidInput } from '../../platform/errors.ts';

export interface ReconcileRequest {
  /** Business dates, both included; the last three days when left out. */
  from?: string | undefined;
  to?: string | undefined;
  /** Just this payment, by its public id. */
  attemptId?: string | undefined;
  /** Just what is in doubt. */
  unknownOnly?: boolean | undefined;
  /** The sandbox's ledger: an address or a file. */
  audit?: string | undefined;
  /** Closes what a witness says was not charged. */
  acceptUnmoved?: boolean | undefined;
  /** `pa_…=approved:REF`, `pa_…=not-charged` or `pa_…=refunded-outside`. */
  resolve?: readonly string[] | undefined;
  /** `pa_…=REF`. */
  attach?: readonly string[] | undefined;
  /** Compares what it can, then lets a restored database charge again. */
  afterRestore?: boolean | undefined;
  /** With `afterRestore`: how many lost charges have been seen and are taken care of. */
  confirm?: number | undefined;
  note?: string | undefined;
  /** Who does it, for the audit log. */
  by?: string | undefined;
  /** Lookups a second at most. */
  rate?: number | undefined;
  /** Reads and compares, and writes nothing. */
  dryRun?: boolean | undefined;
  stop?: AbortSignal | undefined;
}

/** From the first day's midnight to the last one's, in the shop's zone. */
export interface Window {
  from: string;
  to: string;
  since: Date;
  before: Date;
}

const DAYS_BACK = 3;

export function windowOf(
  { config, clock }: Pick<App, 'config' | 'clock'>,
  { from, to }: Pick<ReconcileRequest, 'from' | 'to'>,
): Window {
  const { timeZone } = config.shop;
  const last = to ?? dayIn(timeZone, clock.now());
  const first = from ?? addDays(last, -DAYS_BACK);
  if (first > last)
    throw new InvalidInput('WINDOW_INVALID', `${first} comes after ${last}; give the earlier day first.`);
  const midnight = (day: string): Date => momentIn(timeZone, day, '00:00');
  return { from: first, to: last, since: midnight(first), before: midnight(addDays(last, 1)) };
}

/** What a person has decided, in the words of the command. */
export interface Decided {
  attemptId: string;
  resolution: Resolution;
}

const RESOLVE = /^(pa_\w+)=(?:approved(?::(.+))?|(not-charged)|(refunded-outside))$/;

export function decisionOf(text: string): Decided {
  const [, attemptId, reference, notCharged, outside] = RESOLVE.exec(text) ?? [];
  if (attemptId === undefined) {
    throw new InvalidInput(
      'RESOLUTION_INVALID',
      `${text} decides nothing; say pa_…=approved:REFERENCE, pa_…=not-charged or pa_…=refunded-outside.`,
    );
  }
  const as = notCharged ? 'not-charged' : outside ? 'refunded-outside' : 'approved';
  return { attemptId, resolution: resolutionOf({ as, reference }) };
}

const ATTACH = /^(pa_\w+)=(.+)$/;

export function attachmentOf(text: string): { attemptId: string; providerPaymentId: string } {
  const [, attemptId, providerPaymentId] = ATTACH.exec(text) ?? [];
  if (attemptId !== undefined && providerPaymentId !== undefined) return { attemptId, providerPaymentId };
  throw new InvalidInput('REFERENCE_INVALID', `${text} names no payment id; say pa_…=REFERENCE.`);
}

/** Whoever decides about money says why. */
export function noteOf({ note }: ReconcileRequest): string {
  if (note !== undefined) return checkNote(note);
  throw new InvalidInput('NOTE_MISSING', 'What is decided by hand needs a note: --note "why".');
}
