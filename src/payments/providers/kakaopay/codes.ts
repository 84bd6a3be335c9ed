import { addDays, dayIn, momentIn } from '../../../platform/calendar.ts';
import type { ReasonGroup } from '../../../schema.ts';
import type { ChargeOutcome, NotCompleted, RawCodes } from '../../provider.ts';

/**
 * KakaoPay's refusals and what they mean here. Source: KakaoPay's online payment API v1, error codes, and
 * integrators' reports where marked [R]; the classes are ours, the safer reading where a code is doubtful. A
 * correction is one line of a table.
 */

/** KakaoPay's own zone: its maintenance windows, quotas and days are Korean ones whatever the shop's zone is. */
const ZONE = 'Asia/Seoul';
/** Text of BANK_FIRM_UNKNOWN: the bank's transaction closes within about 20 minutes [R]. */
const BANK_CLOSES_AFTER_MS = 20 * 60_000;
/** First look at an answer in doubt; the platform gives up after 11 s [R], so the truth is there by then. */
const FIRST_LOOK_MS = 15_000;

export interface Refusal {
  codes: RawCodes;
  now: Date;
}

/** Either an outcome, or the order to look the payment up where a key for it is known. */
export type Verdict = (refusal: Refusal) => ChargeOutcome | NotCompleted | 'look_up';

const koreanDay = (now: Date, days: number, time: string): Date =>
  momentIn(ZONE, addDays(dayIn(ZONE, now), days), time);

/** Bank maintenance runs 23:30–00:35; after midnight it ends the same day. */
const afterBankMaintenance = (now: Date): Date => {
  const thisMorning = koreanDay(now, 0, '00:40');
  return now < thisMorning ? thisMorning : koreanDay(now, 1, '00:40');
};

const firstOfNextMonth = (now: Date): Date => {
  const [year = 0, month = 1] = dayIn(ZONE, now).split('-').map(Number);
  const first = month === 12 ? `${year + 1}-01-01` : `${year}-${String(month + 1).padStart(2, '0')}-01`;
  return momentIn(ZONE, first, '00:40');
};

const soft =
  (group: ReasonGroup, notBefore?: (now: Date) => Date): Verdict =>
  ({ codes, now }) => ({ kind: 'declined_soft', group, codes, ...(notBefore && { notBefore: notBefore(now) }) });

const hard =
  (group: ReasonGroup): Verdict =>
  ({ codes }) => ({ kind: 'declined_hard', group, codes });

const config =
  (what: 'credentials' | 'merchant' | 'ip' | 'domain' | 'product' | 'parameter', scope: 'all' | 'item'): Verdict =>
  ({ codes }) => ({ kind: 'rejected_by_config', what, scope, codes });

type Doubt = Extract<ChargeOutcome, { kind: 'unknown' }>['why'];

const doubt =
  (why: Doubt, lookAfterMs = FIRST_LOOK_MS): Verdict =>
  ({ codes, now }) => ({ kind: 'unknown', why, answered: true, lookAt: new Date(now.getTime() + lookAfterMs), codes });

const down =
  (why: 'maintenance' | 'throttled', retryAt?: (now: Date) => Date): Verdict =>
  ({ codes, now }) => ({
    kind: 'provider_down',
    why,
    proof: 'answered',
    codes,
    ...(retryAt && { retryAt: retryAt(now) }),
  });

const notCompleted =
  (why: NotCompleted['why']): Verdict =>
  ({ codes }) => ({ kind: 'not_completed', why, codes });

const lookUp: Verdict = () => 'look_up';

/** Every code of a list with one verdict. */
const all = (codes: string, verdict: Verdict): Record<string, Verdict> =>
  Object.fromEntries(codes.split(' ').map((code) => [code, verdict]));

/** `error_code`; numbers of the older API in the same table. */
export const ERROR_CODES: Record<string, Verdict> = {
  ...all('-400 -401 -3 -5', config('credentials', 'all')),
  ...all('-403', config('product', 'all')),
  ...all('-404', config('parameter', 'all')),
  ...all('-730 -731 -732 -733', config('merchant', 'all')),
  ...all('-798', config('ip', 'all')),
  ...all('-799', config('domain', 'all')),
  ...all('-2 -703 -704 -705 -706 -707 -721 -722 -724 -725 -726 -753', config('parameter', 'item')),
  ...all(
    '-429 -10',
    down('throttled', (now) => koreanDay(now, 1, '00:05')),
  ), // daily quota
  ...all('-503 -7 -9798', down('maintenance')),
  ...all('-500 -1', doubt('server_error')),
  ...all('-785', doubt('in_flight')), // HTTP 400, and yet money may be moving
  ...all('-701', notCompleted('not_authenticated')),
  ...all('-708', notCompleted('bad_return')),
  ...all('-723', notCompleted('window_expired')),
  ...all('-702 -710 -711 -781 -783 -784', lookUp),
  ...all('-750 -751', hard('MANDATE_INACTIVE')),
  ...all('-761', hard('GENERIC')),
  ...all('-752', soft('LIMIT', firstOfNextMonth)),
  ...all('-797', soft('LIMIT')),
};

/** Codes that mean "the payment method refused"; `extras.method_result_code` says why. */
export const METHOD_REFUSED = ['-780', '-782'];

const bankMaintenance: Verdict = ({ codes, now }) => ({
  kind: 'declined_soft',
  group: 'ISSUER_TEMPORARY',
  codes,
  keepsStep: true,
  notBefore: afterBankMaintenance(now),
});

/** `extras.method_result_code`: words for KakaoPay Money, four digits for cards. */
export const METHOD_CODES: Record<string, Verdict> = {
  ...all('LACK_BALANCE NOT_ENOUGH_BALANCE 0174 5039', soft('INSUFFICIENT_FUNDS')),
  ...all('LIMIT_BALANCE LIMIT_ONE_TIME', soft('LIMIT')),
  ...all(
    'LIMIT_USE_PER_DAY',
    soft('LIMIT', (now) => koreanDay(now, 1, '00:40')),
  ),
  ...all('0002 0015 0016 0029 0060 0061 0062 0159 0160 0245 3537 3539 5200', soft('LIMIT')),
  BANK_FIRM_UNAVAILABLE: bankMaintenance,
  ...all('BANK_ACCOUNT_NOT_FOUND BANK_ACCOUNT_BLOCKED PAY_USER_NOT_FOUND USER_NOT_FOUND', hard('CLOSED_ACCOUNT')),
  ...all('DEACTIVATED_USER_STATUS 0241 2028 3532 3534 3535', hard('CLOSED_ACCOUNT')),
  ...all('BANK_NOT_CONNECTED', hard('AUTHENTICATION_NEEDED')),
  ...all('INVALID_PAYMENT_KEY 0001 0003 0014 0027 0032', hard('GENERIC')),
  ...all('0004 0023 0196', hard('EXPIRED_METHOD')),
  ...all('0026 3533', hard('LOST_OR_STOLEN')),
  ...all('BANK_FIRM_UNKNOWN BANK_FIRM_API_FAIL', doubt('bank_pending', BANK_CLOSES_AFTER_MS)),
  ...all('USER_LOCKED', doubt('in_flight')),
  ...all('INTERNAL_ERROR PAY_ACCOUNT_RESPONSE_ERROR TALK_USER_REQUEST_FAIL', doubt('server_error')),
  ...all('TALK_USER_RESPONSE_ERROR 0010 0110 0590 1007 1023 0057 0121 0122', doubt('server_error')),
  ...all('0290 0299 1003 1041', doubt('server_error')),
  ...all('UNDER_CONSTRUCTION', down('maintenance')),
  ...all('NETWORK_ACL_ERROR', config('ip', 'all')),
  ...all('CHANNEL_NOT_FOUND', config('merchant', 'all')),
  ...all('ITEM_NOT_FOUND PAYMENT_KEY_EXISTS USER_DUPLICATION', config('parameter', 'item')),
  ...all('0007 0008 0018 0030 0044 0045 0048', config('merchant', 'item')), // an issuer may refuse this merchant alone
  ...all('INVALID_CANCEL_AMOUNT INVALID_CANCEL_STATUS INVALID_CANCEL_STATUS_DEACTIVE 0204 0504 1027', lookUp),
};

export const softWithoutReason = soft('GENERIC');
export const unlistedCode = doubt('unlisted_code');
