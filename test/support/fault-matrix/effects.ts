/** Everything the sandbox can do to a call, and which calls it can be done to. */
export interface NamedEffect {
  name: string;
  effect: object;
  /** Calls that it makes sense for; all of them when left out. */
  ops?: readonly string[];
}

const MONEY = ['approve', 'subscription', 'cancel', 'inactive'];
const CHARGES = ['approve', 'subscription', 'cancel'];
const ORDER = ['order'];
const STATUS = ['status'];

/** Longer than the shop's own read deadline in the matrix, which is 1,500 ms. */
const TOO_LONG = 2_000;

const WIRE: readonly NamedEffect[] = [
  { name: 'delay', effect: { kind: 'delay', wait: 50 } },
  { name: 'delay past the deadline, committed', effect: { kind: 'delay', wait: TOO_LONG, when: 'after' } },
  { name: 'delay past the deadline, commits late', effect: { kind: 'delay', wait: TOO_LONG, when: 'before' } },
  { name: 'commit, drop before the head', effect: { kind: 'commit_drop', at: 'before_head' } },
  { name: 'commit, drop in the head', effect: { kind: 'commit_drop', at: 'in_head' } },
  { name: 'commit, drop in the body', effect: { kind: 'commit_drop', at: 'in_body' } },
  { name: 'drop after reading', effect: { kind: 'drop', when: 'after_reading' } },
  { name: 'drop before reading', effect: { kind: 'drop', when: 'before_reading' } },
  ...[-785, 500, 502, 503, 504].map((code) => ({
    name: `commit, answer ${code}`,
    effect: { kind: 'commit_code', code },
  })),
  ...[500, 502, 503, 504].map((status) => ({ name: `fail ${status}`, effect: { kind: 'fail', status } })),
  { name: 'ramp', effect: { kind: 'ramp', curve: '100%:0s,100%:1h', effect: { kind: 'fail', status: 500 } } },
  { name: 'throttle', effect: { kind: 'throttle', retryAfterSeconds: 1 } },
  { name: 'maintenance', effect: { kind: 'maintenance' } },
  { name: 'port that nobody reads', effect: { kind: 'refuse', mode: 'silent' } },
  { name: 'skewed timestamps', effect: { kind: 'skew', seconds: 90 } },
];

const GARBAGE: readonly NamedEffect[] = [
  ...['broken_json', 'html', 'empty', 'strings', 'redirect', 'huge', 'trickle'].map((form) => ({
    name: `garbage ${form}`,
    effect: { kind: 'garbage', form },
  })),
  {
    name: 'garbage missing tid',
    effect: { kind: 'garbage', form: 'missing_field', field: 'tid' },
    ops: ['ready', ...CHARGES, 'order'],
  },
  { name: 'garbage other amount', effect: { kind: 'garbage', form: 'other_amount' }, ops: [...CHARGES, 'order'] },
  { name: 'garbage other order id', effect: { kind: 'garbage', form: 'other_order_id' }, ops: [...CHARGES, 'order'] },
  { name: 'garbage, nothing executed', effect: { kind: 'garbage', form: 'html', executes: false }, ops: MONEY },
];

const SPECIAL: readonly NamedEffect[] = [
  { name: 'expired window', effect: { kind: 'expire' }, ops: ['approve'] },
  { name: 'wrong balance told', effect: { kind: 'balance', reportedBy: -1_000 }, ops: ['cancel', 'order'] },
  { name: 'balance not compared', effect: { kind: 'balance', unchecked: true }, ops: ['cancel'] },
  { name: 'mandate revoked', effect: { kind: 'revoke' }, ops: ['subscription', 'inactive', 'status'] },
  ...['correct', 'stale', 'missing', 'stranger'].map((mode) => ({
    name: `witness ${mode}`,
    effect: { kind: 'witness', mode },
    ops: STATUS,
  })),
  { name: 'witness late', effect: { kind: 'witness', mode: 'late', seconds: 120 }, ops: STATUS },
  { name: 'witness shifted', effect: { kind: 'witness', mode: 'shifted', seconds: -60 }, ops: STATUS },
  { name: 'lookup lags', effect: { kind: 'lookup', mode: 'lag', seconds: 90 }, ops: ORDER },
  { name: 'lookup in progress', effect: { kind: 'lookup', mode: 'in_progress' }, ops: ORDER },
  { name: 'lookup not found', effect: { kind: 'lookup', mode: 'not_found' }, ops: ORDER },
  { name: 'lookup error', effect: { kind: 'lookup', mode: 'error' }, ops: ORDER },
];

/** Codes of payments.md 2.9; the sandbox refuses one that it does not know. */
const CODES = [
  -400, -401, -403, -404, -429, -500, -503, -701, -702, -703, -704, -705, -706, -707, -708, -710, -711, -721, -722,
  -723, -724, -725, -726, -730, -731, -732, -733, -750, -751, -752, -753, -761, -780, -781, -782, -783, -784, -785,
  -797, -798, -799,
];
const RESULTS =
  'LACK_BALANCE LIMIT_USE_PER_DAY BANK_FIRM_UNAVAILABLE BANK_ACCOUNT_NOT_FOUND BANK_NOT_CONNECTED INVALID_PAYMENT_KEY BANK_FIRM_UNKNOWN USER_LOCKED INTERNAL_ERROR UNDER_CONSTRUCTION NETWORK_ACL_ERROR ITEM_NOT_FOUND INVALID_CANCEL_AMOUNT 0174 0026 0010 0204 0007 9999 SOMETHING_NEW'.split(
    ' ',
  );

const REFUSALS: readonly NamedEffect[] = [
  ...CODES.map((code) => ({ name: `code ${code}`, effect: { kind: 'decline', code } })),
  ...RESULTS.map((result) => ({ name: `refused ${result}`, effect: { kind: 'decline', result }, ops: CHARGES })),
];

const EFFECTS: readonly NamedEffect[] = [...WIRE, ...GARBAGE, ...SPECIAL, ...REFUSALS];

export const effectsOf = (op: string): readonly NamedEffect[] =>
  EFFECTS.filter(({ ops }) => ops === undefined || ops.includes(op));
