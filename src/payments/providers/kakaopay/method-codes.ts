import { tomorrow } from './korean-time.ts';
import { all, bankMaintenance, config, doubt, down, hard, lookUp, soft, type Table } from './meanings.ts';

/** Text of BANK_FIRM_UNKNOWN: the bank's transaction closes within about 20 minutes [R]. */
const BANK_CLOSES_AFTER_MS = 20 * 60_000;

/** Words of KakaoPay Money. Codes documented; the classes are ours, the safer reading where a code is doubtful. */
const MONEY_CODES = [
  ...all('LACK_BALANCE NOT_ENOUGH_BALANCE', soft('INSUFFICIENT_FUNDS')),
  ...all('LIMIT_BALANCE LIMIT_ONE_TIME', soft('LIMIT')),
  ...all('LIMIT_USE_PER_DAY', soft('LIMIT', tomorrow)),
  ...all('BANK_FIRM_UNAVAILABLE', bankMaintenance),
  ...all('BANK_ACCOUNT_NOT_FOUND BANK_ACCOUNT_BLOCKED PAY_USER_NOT_FOUND', hard('CLOSED_ACCOUNT')),
  ...all('USER_NOT_FOUND DEACTIVATED_USER_STATUS', hard('CLOSED_ACCOUNT')),
  ...all('BANK_NOT_CONNECTED', hard('AUTHENTICATION_NEEDED')),
  ...all('INVALID_PAYMENT_KEY', hard('GENERIC')),
  ...all('BANK_FIRM_UNKNOWN BANK_FIRM_API_FAIL', doubt('bank_pending', BANK_CLOSES_AFTER_MS)),
  ...all('USER_LOCKED', doubt('in_flight')), // another transaction of this user runs
  ...all('INTERNAL_ERROR PAY_ACCOUNT_RESPONSE_ERROR', doubt('server_error')),
  ...all('TALK_USER_REQUEST_FAIL TALK_USER_RESPONSE_ERROR', doubt('server_error')),
  ...all('UNDER_CONSTRUCTION', down('maintenance')),
  ...all('NETWORK_ACL_ERROR', config('ip', 'all')),
  ...all('CHANNEL_NOT_FOUND', config('merchant', 'all')),
  ...all('ITEM_NOT_FOUND PAYMENT_KEY_EXISTS USER_DUPLICATION', config('parameter', 'item')),
  ...all('INVALID_CANCEL_AMOUNT INVALID_CANCEL_STATUS', lookUp('duplicate_signalled')),
  ...all('INVALID_CANCEL_STATUS_DEACTIVE', lookUp('duplicate_signalled')),
];

/** Card codes, four digits. Texts documented; that they arrive in this field is inferred [I]. */
const CARD_CODES = [
  ...all('0174 5039', soft('INSUFFICIENT_FUNDS')),
  ...all('0002 0015 0016 0029 0060 0061 0062 0159 0160 0245 3537 3539 5200', soft('LIMIT')),
  ...all('0004 0023 0196', hard('EXPIRED_METHOD')),
  ...all('0026 3533', hard('LOST_OR_STOLEN')),
  ...all('0241 2028 3532 3534 3535', hard('CLOSED_ACCOUNT')),
  // Restricted, unregistered, bad number, not usable, delinquent.
  ...all('0001 0003 0014 0027 0032', hard('GENERIC')),
  // Timeouts, a broken link to the issuer, its maintenance.
  ...all('0010 0110 0590 1007 1023 0057 0121 0122 0290 0299 1003 1041', doubt('server_error')),
  ...all('0204 0504 1027', lookUp('duplicate_signalled')),
  ...all('0007 0008 0018 0030 0044 0045 0048', config('merchant', 'item')), // an issuer may refuse this merchant alone
];

/** `extras.method_result_code`. */
export const METHOD_CODES: Table = new Map([...MONEY_CODES, ...CARD_CODES]);
