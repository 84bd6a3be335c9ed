import { firstOfNextMonth, whenQuotaBegins } from './korean-time.ts';
import { all, config, doubt, down, hard, lookUp, notCompleted, soft, type Meaning, type Table } from './meanings.ts';
import { METHOD_CODES } from './method-codes.ts';

/**
 * KakaoPay's `error_code`; the numbers of the older API are in the same table. Source: the documentation of the online
 * payment API v1 and integrators' reports [R]; the classes are ours, the safer reading where a code is doubtful. A
 * correction is one line.
 */
export const ERROR_CODES: Table = new Map([
  ...all('-400 -401 -3 -5', config('credentials', 'all')),
  ...all('-403', config('product', 'all')),
  ...all('-404', config('parameter', 'all')), // wrong URL
  ...all('-730 -731 -732 -733', config('merchant', 'all')),
  ...all('-798', config('ip', 'all')),
  ...all('-799', config('domain', 'all')),
  ...all('-2 -703 -704 -722 -724 -725 -726 -705 -706 -707 -721 -753', config('parameter', 'item')),
  ...all('-429 -10', down('throttled', whenQuotaBegins)), // daily quota
  ...all('-503 -7 -9798', down('maintenance')),
  ...all('-500 -1', doubt('server_error')),
  ...all('-785', lookUp('in_flight')), // HTTP 400, and yet money may be moving
  ...all('-701', notCompleted('not_authenticated')),
  ...all('-708', notCompleted('bad_return')),
  ...all('-723', notCompleted('window_expired')),
  ...all('-702 -710 -711 -781 -783 -784', lookUp('duplicate_signalled')),
  ...all('-750 -751', hard('MANDATE_INACTIVE')),
  ...all('-761', hard('GENERIC')), // phone number unknown to KakaoTalk
  ...all('-752', soft('LIMIT', firstOfNextMonth)), // monthly ceiling of a SID
  ...all('-797', soft('LIMIT')),
]);

/** Approval or recurring charge refused by the payment method: `extras.method_result_code` says why. */
const METHOD_REFUSED = ['-780', '-782'];
/** Refund refused by the payment method. It is looked up, unless the method says that it does not know itself. */
const REFUND_REFUSED = '-781';

/** A code's meaning, and whether a table lists it. */
export interface Entry {
  meaning: Meaning;
  listed: boolean;
}

const listed = (meaning: Meaning): Entry => ({ meaning, listed: true });

const unlisted = (meaning: Meaning): Entry => ({ meaning, listed: false });

export const NO_SUCH_CODE: Entry = unlisted(doubt('unlisted_code'));

export function entryOf(code: string, method: string | undefined): Entry {
  if (METHOD_REFUSED.includes(code)) return methodEntry(method);
  const meaning = ERROR_CODES.get(code);
  if (!meaning) return NO_SUCH_CODE;
  return code === REFUND_REFUSED && method !== undefined ? refundEntry(meaning, method) : listed(meaning);
}

function methodEntry(method: string | undefined): Entry {
  if (method === undefined) return listed(soft('GENERIC'));
  const meaning = METHOD_CODES.get(method);
  if (meaning) return listed(meaning);
  // About 1,870 card codes exist: four digits are an issuer's refusal; an unlisted word may be anything.
  return unlisted(/^\d{4}$/.test(method) ? soft('GENERIC') : lookUp('unlisted_code'));
}

function refundEntry(whole: Meaning, method: string): Entry {
  const meaning = METHOD_CODES.get(method);
  if (!meaning) return unlisted(/^\d{4}$/.test(method) ? whole : lookUp('unlisted_code'));
  return listed((refusal) => {
    const verdict = meaning(refusal);
    return verdict.kind === 'unknown' || verdict.kind === 'provider_down' ? verdict : whole(refusal);
  });
}
