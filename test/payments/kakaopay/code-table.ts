/** The tables of codes as the specification has them, row by row; written apart from the adapter's on purpose. */
export type Row = [codes: string, meaning: Record<string, unknown>];

const config = (what: string, scope: string) => ({ kind: 'rejected_by_config', what, scope });
const doubt = (why: string) => ({ kind: 'unknown', why, answered: true });
const hard = (group: string) => ({ kind: 'declined_hard', group });
const soft = (group: string) => ({ kind: 'declined_soft', group });
const lookUp = (otherwise: string) => ({ kind: 'look_up', otherwise });

/** By the adapter's clock, which stands at noon of 24 November 2026 in Seoul. */
const NEXT_MIDNIGHT = '2026-11-25T00:05:00+09:00';
const NEXT_DAY = '2026-11-25T00:40:00+09:00';
const NEXT_MONTH = '2026-12-01T00:40:00+09:00';

/** `error_code`, as approve hears it. */
export const ERROR_TABLE: Row[] = [
  ['-400 -401 -3 -5', config('credentials', 'all')],
  ['-403', config('product', 'all')],
  ['-404', config('parameter', 'all')],
  ['-730 -731 -732 -733', config('merchant', 'all')],
  ['-798', config('ip', 'all')],
  ['-799', config('domain', 'all')],
  ['-2 -703 -704 -722 -724 -725 -726 -705 -706 -707 -721 -753', config('parameter', 'item')],
  ['-429 -10', { kind: 'provider_down', why: 'throttled', proof: 'answered', retryAt: new Date(NEXT_MIDNIGHT) }],
  ['-503 -7 -9798', { kind: 'provider_down', why: 'maintenance', proof: 'answered' }],
  ['-500 -1', doubt('server_error')],
  ['-785', lookUp('in_flight')],
  ['-701', { kind: 'not_completed', why: 'not_authenticated' }],
  ['-708', { kind: 'not_completed', why: 'bad_return' }],
  ['-723', { kind: 'not_completed', why: 'window_expired' }],
  ['-702 -710 -711 -781 -783 -784', lookUp('duplicate_signalled')],
  ['-750 -751', hard('MANDATE_INACTIVE')],
  ['-761', hard('GENERIC')],
  ['-752', { ...soft('LIMIT'), notBefore: new Date(NEXT_MONTH) }],
  ['-797', soft('LIMIT')],
];

/** `extras.method_result_code` under -780 and -782. */
export const METHOD_TABLE: Row[] = [
  ['LACK_BALANCE NOT_ENOUGH_BALANCE', soft('INSUFFICIENT_FUNDS')],
  ['LIMIT_BALANCE LIMIT_ONE_TIME', soft('LIMIT')],
  ['LIMIT_USE_PER_DAY', { ...soft('LIMIT'), notBefore: new Date(NEXT_DAY) }],
  ['BANK_FIRM_UNAVAILABLE', { ...soft('ISSUER_TEMPORARY'), keepsStep: true, notBefore: new Date(NEXT_DAY) }],
  ['BANK_ACCOUNT_NOT_FOUND BANK_ACCOUNT_BLOCKED PAY_USER_NOT_FOUND USER_NOT_FOUND', hard('CLOSED_ACCOUNT')],
  ['DEACTIVATED_USER_STATUS', hard('CLOSED_ACCOUNT')],
  ['BANK_NOT_CONNECTED', hard('AUTHENTICATION_NEEDED')],
  ['INVALID_PAYMENT_KEY', hard('GENERIC')],
  ['BANK_FIRM_UNKNOWN BANK_FIRM_API_FAIL', { ...doubt('bank_pending'), lookAt: new Date('2026-11-24T12:20:00+09:00') }],
  ['USER_LOCKED', doubt('in_flight')],
  ['INTERNAL_ERROR PAY_ACCOUNT_RESPONSE_ERROR', doubt('server_error')],
  ['TALK_USER_REQUEST_FAIL TALK_USER_RESPONSE_ERROR', doubt('server_error')],
  ['UNDER_CONSTRUCTION', { kind: 'provider_down', why: 'maintenance', proof: 'answered' }],
  ['NETWORK_ACL_ERROR', config('ip', 'all')],
  ['CHANNEL_NOT_FOUND', config('merchant', 'all')],
  ['ITEM_NOT_FOUND PAYMENT_KEY_EXISTS USER_DUPLICATION', config('parameter', 'item')],
  ['INVALID_CANCEL_AMOUNT INVALID_CANCEL_STATUS INVALID_CANCEL_STATUS_DEACTIVE', lookUp('duplicate_signalled')],
  ['0174 5039', soft('INSUFFICIENT_FUNDS')],
  ['0002 0015 0016 0029 0060 0061 0062 0159 0160 0245 3537 3539 5200', soft('LIMIT')],
  ['0004 0023 0196', hard('EXPIRED_METHOD')],
  ['0026 3533', hard('LOST_OR_STOLEN')],
  ['0241 2028 3532 3534 3535', hard('CLOSED_ACCOUNT')],
  ['0001 0003 0014 0027 0032', hard('GENERIC')],
  ['0010 0110 0590 1007 1023 0057 0121 0122 0290 0299 1003 1041', doubt('server_error')],
  ['0204 0504 1027', lookUp('duplicate_signalled')],
  ['0007 0008 0018 0030 0044 0045 0048', config('merchant', 'item')],
];

export const each = (table: Row[]): [code: string, meaning: Record<string, unknown>][] =>
  table.flatMap(([codes, meaning]) =>
    codes.split(' ').map((code): [string, Record<string, unknown>] => [code, meaning]),
  );
