import type { ReasonGroup } from '../../../schema.ts';
import type { NotCompleted, RawCodes, RejectedByConfig, Unknown } from '../../provider.ts';
import { doubt as inDoubt, type Verdict } from '../verdict.ts';
import { afterBankMaintenance } from './korean-time.ts';

/** A refusal as it came. */
export interface Refusal {
  codes: RawCodes;
  now: Date;
  /** From the answer's `Retry-After`. */
  retryAfterMs?: number;
}

/** What a code of KakaoPay means. The tables of codes are written in these words. */
export type Meaning = (refusal: Refusal) => Verdict;

export const soft =
  (group: ReasonGroup, notBefore?: (now: Date) => Date): Meaning =>
  ({ codes, now }) => ({ kind: 'declined_soft', group, codes, ...(notBefore && { notBefore: notBefore(now) }) });

export const hard =
  (group: ReasonGroup): Meaning =>
  ({ codes }) => ({ kind: 'declined_hard', group, codes });

/** The provider's own pause: the try does not count as one of the customer's. */
export const bankMaintenance: Meaning = ({ codes, now }) => ({
  kind: 'declined_soft',
  group: 'ISSUER_TEMPORARY',
  codes,
  keepsStep: true,
  notBefore: afterBankMaintenance(now),
});

export const config =
  (what: RejectedByConfig['what'], scope: RejectedByConfig['scope']): Meaning =>
  ({ codes }) => ({ kind: 'rejected_by_config', what, scope, codes });

export const doubt =
  (why: Unknown['why'], lookAfterMs?: number): Meaning =>
  ({ codes, now }) =>
    inDoubt(now, { why, codes, ...(lookAfterMs !== undefined && { lookAfterMs }) });

export const down =
  (why: 'maintenance' | 'throttled', until?: (now: Date) => Date): Meaning =>
  ({ codes, now, retryAfterMs }) => {
    const told = retryAfterMs === undefined ? undefined : new Date(now.getTime() + retryAfterMs);
    const retryAt = until?.(now) ?? told;
    return { kind: 'provider_down', why, proof: 'answered', codes, ...(retryAt && { retryAt }) };
  };

export const notCompleted =
  (why: NotCompleted['why']): Meaning =>
  ({ codes }) => ({ kind: 'not_completed', why, codes });

/** Asks the provider's own record; where that is impossible or decides nothing, the call stays in doubt. */
export const lookUp =
  (otherwise: Unknown['why']): Meaning =>
  ({ codes }) => ({ kind: 'look_up', codes, otherwise });

/** Every code of a list with one meaning. */
export const all = (codes: string, meaning: Meaning): [code: string, meaning: Meaning][] =>
  codes.split(' ').map((code) => [code, meaning]);

export type Table = ReadonlyMap<string, Meaning>;
