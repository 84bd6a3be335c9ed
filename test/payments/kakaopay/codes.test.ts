import { describe, expect, it } from 'vitest';
import { readAnswer, type Operation, type Reading } from '../../../src/payments/providers/kakaopay/answer.ts';
import { ERROR_CODES } from '../../../src/payments/providers/kakaopay/codes.ts';
import { METHOD_CODES } from '../../../src/payments/providers/kakaopay/method-codes.ts';
import {
  approveCall,
  cancelCall,
  inactiveCall,
  orderCall,
  readyCall,
  statusCall,
  subscriptionCall,
} from '../../../src/payments/providers/kakaopay/operations.ts';
import { isFault, type Verdict } from '../../../src/payments/providers/verdict.ts';
import { NOON } from './adapter.ts';
import { each, ERROR_TABLE, METHOD_TABLE } from './code-table.ts';
import { begin, charge, complete, lookup, MANDATE, OPERATIONS, refund, TID } from './requests.ts';

type Body = Record<string, unknown>;

/** How an operation reads a refusal with this body. */
const read = (op: Operation, body: unknown, status = 400, retryAfterMs?: number): Reading<never> =>
  readAnswer(
    { kind: 'answered', status, body, ...(retryAfterMs !== undefined && { retryAfterMs }) },
    { op, now: NOON, secrets: [], accept: () => expect.unreachable('a refusal is no 2xx') },
  );

const refusal = (code: number | string, method?: string): Body => ({
  error_code: Number(code),
  error_message: 'no',
  ...(method !== undefined && { extras: { method_result_code: method, method_result_message: 'why not' } }),
});

const CONCLUDE: Record<Operation, (verdict: Verdict) => { kind: string }> = {
  ready: (verdict) => readyCall(begin()).conclude(verdict, NOON),
  approve: (verdict) => approveCall(complete(), 'token').conclude(verdict, NOON),
  subscription: (verdict) => subscriptionCall(charge()).conclude(verdict, NOON),
  order: (verdict) => orderCall({ ...lookup(), tid: TID }).conclude(verdict, NOON),
  cancel: (verdict) => cancelCall(refund()).conclude(verdict, NOON),
  inactive: (verdict) => inactiveCall(MANDATE).conclude(verdict, NOON),
  status: (verdict) => statusCall(MANDATE).conclude(verdict, NOON),
};

/** What an operation makes of a refusal. */
const hears = (op: Operation, code: number | string, method?: string) =>
  CONCLUDE[op](read(op, refusal(code, method)).verdict);

describe('every code of the table', () => {
  it.each(each(ERROR_TABLE))('%s', (code, meaning) => {
    expect(read('approve', refusal(code)).verdict).toEqual(expect.objectContaining(meaning));
  });

  it.each(each(METHOD_TABLE))('-780 and -782 with %s', (method, meaning) => {
    expect(read('approve', refusal(-780, method)).verdict).toEqual(expect.objectContaining(meaning));
    expect(read('subscription', refusal(-782, method)).verdict).toEqual(expect.objectContaining(meaning));
  });

  it('is in the adapter, which knows no other', () => {
    const inOrder = (codes: string[]) => codes.toSorted();
    expect(inOrder([...ERROR_CODES.keys()])).toEqual(inOrder(each(ERROR_TABLE).map(([code]) => code)));
    expect(inOrder([...METHOD_CODES.keys()])).toEqual(inOrder(each(METHOD_TABLE).map(([code]) => code)));
  });

  it('is listed, so that nobody is told of it', () => {
    const unlisted = each(ERROR_TABLE).filter(([code]) => read('approve', refusal(code)).unlisted !== undefined);
    expect(unlisted).toEqual([]);
    expect(read('approve', refusal(-780)).unlisted).toBeUndefined();
  });
});

const REFUSALS = ['provider_down', 'rejected_by_config'];
const DECLINES = ['declined_soft', 'declined_hard'];

const CAN_HEAR: Record<Operation, string[]> = {
  ready: [...REFUSALS, ...DECLINES],
  approve: [...REFUSALS, ...DECLINES, 'unknown', 'not_completed', 'look_up'],
  subscription: [...REFUSALS, ...DECLINES, 'unknown'],
  order: ['inconclusive', 'provider_down'],
  cancel: [...REFUSALS, 'refused', 'unknown', 'look_up'],
  inactive: [...REFUSALS, 'already', 'unknown'],
  status: [...REFUSALS, 'status'],
};

describe('an operation', () => {
  const ALL: [string, string?][] = [
    ...each(ERROR_TABLE).map(([code]): [string] => [code]),
    ...each(METHOD_TABLE).flatMap(([method]): [string, string][] =>
      ['-780', '-781', '-782'].map((code) => [code, method]),
    ),
    ...([['-780'], ['-999'], ['-782', '7777'], ['-782', 'SOMETHING_NEW']] as [string, string?][]),
  ];

  it.each(OPERATIONS)('%s makes an outcome of its own of every code', (op) => {
    expect(ALL.filter(([code, method]) => !CAN_HEAR[op].includes(hears(op, code, method).kind))).toEqual([]);
  });
});

describe('without extras', () => {
  it.each([-780, -782])('%i is a decline that says nothing more', (code) => {
    expect(read('approve', refusal(code)).verdict).toMatchObject({ kind: 'declined_soft', group: 'GENERIC' });
  });
});

describe('a code that no table lists', () => {
  it('is unknown', () => {
    expect(read('approve', refusal(-999))).toMatchObject({
      verdict: { kind: 'unknown', why: 'unlisted_code', answered: true, codes: { code: '-999' } },
      unlisted: '-999',
    });
  });

  it("of four digits is an issuer's refusal", () => {
    expect(read('subscription', refusal(-782, '7777'))).toMatchObject({
      verdict: { kind: 'declined_soft', group: 'GENERIC', codes: { code: '-782/7777', message: 'why not' } },
      unlisted: '-782/7777',
    });
  });

  it('in words is looked up for an approval and unknown for a recurring charge, which has no key', () => {
    expect(hears('approve', -780, 'SOMETHING_NEW')).toMatchObject({ kind: 'look_up', otherwise: 'unlisted_code' });
    expect(hears('subscription', -782, 'SOMETHING_NEW')).toMatchObject({ kind: 'unknown', why: 'unlisted_code' });
    expect(read('subscription', refusal(-782, 'SOMETHING_NEW')).unlisted).toBe('-782/SOMETHING_NEW');
  });

  it.each(['constructor', '__proto__', 'toString'])('may be called %s', (method) => {
    expect(hears('subscription', -782, method)).toMatchObject({ kind: 'unknown', why: 'unlisted_code' });
  });

  it('under a refused refund is looked up, and in words it stays unknown', () => {
    expect(hears('cancel', -781, '7777')).toMatchObject({ kind: 'look_up', otherwise: 'duplicate_signalled' });
    expect(hears('cancel', -781, 'SOMETHING_NEW')).toMatchObject({ kind: 'look_up', otherwise: 'unlisted_code' });
  });

  it('is told for a 4xx that carries no code at all', () => {
    expect(read('approve', undefined, 418)).toMatchObject({
      verdict: { kind: 'unknown', why: 'unlisted_code', codes: { code: 'HTTP_418' } },
      unlisted: 'HTTP_418',
    });
  });

  it.each(['-701', '-708', '-723'])('is one of approve (%s) where nobody had to finish anything', (code) => {
    expect(hears('subscription', code)).toMatchObject({ kind: 'unknown', why: 'unlisted_code' });
    expect(hears('cancel', code)).toMatchObject({ kind: 'unknown', why: 'unlisted_code' });
    expect(read('cancel', refusal(code)).unlisted).toBe(code);
  });
});

describe('a mandate', () => {
  it.each([-750, -751])('that is gone (%i) is inactive, and deactivating it again is done already', (code) => {
    expect(hears('inactive', code)).toEqual({ kind: 'already' });
    expect(hears('status', code)).toEqual({ kind: 'status', status: 'inactive' });
  });
});

describe('a refund', () => {
  it('that is declined is refused', () => {
    expect(hears('cancel', -761)).toEqual({ kind: 'refused', codes: { code: '-761', message: 'no' } });
  });

  it.each([
    ['BANK_FIRM_UNKNOWN', { kind: 'unknown', why: 'bank_pending' }],
    ['USER_LOCKED', { kind: 'unknown', why: 'in_flight' }],
    ['UNDER_CONSTRUCTION', { kind: 'provider_down', why: 'maintenance' }],
    ['LACK_BALANCE', { kind: 'look_up' }],
    ['INVALID_CANCEL_AMOUNT', { kind: 'look_up' }],
  ])('that the method refuses with %s is %j', (method, meaning) => {
    expect(hears('cancel', -781, method)).toMatchObject(meaning);
  });
});

describe('a call that moves nothing', () => {
  it.each(['ready', 'order', 'status'] as const)('%s with an internal error is an outage', (op) => {
    expect(hears(op, -500)).toMatchObject({ kind: 'provider_down', why: 'no_answer', proof: 'answered' });
  });
});

describe('an HTTP status', () => {
  it.each([500, 502, 503, 504])('%i without a code is an error of the server', (status) => {
    expect(read('subscription', undefined, status).verdict).toMatchObject({ kind: 'unknown', why: 'server_error' });
  });

  it('of 5xx beats a code, unless that says maintenance or is one that came with 500 in older days', () => {
    const verdictOf = (code: number, method?: string) => read('subscription', refusal(code, method), 500).verdict;
    expect(verdictOf(-751)).toMatchObject({ kind: 'unknown', why: 'server_error', codes: { code: '-751' } });
    expect(verdictOf(-999)).toMatchObject({ kind: 'unknown', why: 'server_error' });
    expect(verdictOf(-503)).toMatchObject({ kind: 'provider_down', why: 'maintenance' });
    expect(verdictOf(-782, 'LACK_BALANCE')).toMatchObject({ kind: 'declined_soft', group: 'INSUFFICIENT_FUNDS' });
    expect(verdictOf(-782, 'SOMETHING_NEW')).toMatchObject({ kind: 'unknown', why: 'server_error' });
  });

  it('of 400 does not make a decline of an unknown', () => {
    expect(hears('subscription', -785)).toMatchObject({ kind: 'unknown', why: 'in_flight', answered: true });
  });
});

describe('the form of an error body', () => {
  it('may be the older one', () => {
    expect(read('approve', { code: -751, msg: 'gone' }).verdict).toMatchObject({
      kind: 'declined_hard',
      codes: { code: '-751', message: 'gone' },
    });
  });

  it('may have numbers as strings, and a card code as a number that lost its zeros', () => {
    const asNumber = { error_code: -782, extras: { method_result_code: 29 } };
    expect(read('approve', { error_code: '-751' }).verdict).toMatchObject({ kind: 'declined_hard' });
    expect(read('approve', asNumber).verdict).toMatchObject({ group: 'LIMIT', codes: { code: '-782/0029' } });
  });

  it('may have extras that are null', () => {
    expect(read('approve', { error_code: -782, extras: null }).verdict).toMatchObject({ group: 'GENERIC' });
  });
});

describe('when to come back', () => {
  const at = (moment: string, code: number, method?: string) =>
    readAnswer(
      { kind: 'answered', status: 400, body: refusal(code, method) },
      { op: 'approve', now: new Date(moment), secrets: [], accept: () => expect.unreachable() },
    ).verdict;

  it('after the bank maintenance is this morning for whoever comes after midnight', () => {
    expect(at('2026-11-25T00:10:00+09:00', -782, 'BANK_FIRM_UNAVAILABLE')).toMatchObject({
      notBefore: new Date('2026-11-25T00:40:00+09:00'),
    });
    expect(at('2026-11-24T23:40:00+09:00', -782, 'BANK_FIRM_UNAVAILABLE')).toMatchObject({
      notBefore: new Date('2026-11-25T00:40:00+09:00'),
    });
  });

  it('after the monthly ceiling is the first of the next month, over the end of a year too', () => {
    expect(at('2026-12-31T23:59:59+09:00', -752)).toMatchObject({ notBefore: new Date('2027-01-01T00:40:00+09:00') });
    expect(at('2027-01-30T12:00:00+09:00', -752)).toMatchObject({ notBefore: new Date('2027-02-01T00:40:00+09:00') });
  });

  it('is what the provider says where the table says nothing', () => {
    expect(read('approve', refusal(-503), 503, 30_000).verdict).toMatchObject({
      retryAt: new Date(NOON.getTime() + 30_000),
    });
  });
});

describe('the breaker', () => {
  const FAULTS = '-500 -1 -503 -7 -9798 -429 -10'.split(' ');
  const METHOD_FAULTS =
    'INTERNAL_ERROR PAY_ACCOUNT_RESPONSE_ERROR TALK_USER_REQUEST_FAIL TALK_USER_RESPONSE_ERROR UNDER_CONSTRUCTION'
      .concat(' 0010 0110 0590 1007 1023 0057 0121 0122 0290 0299 1003 1041')
      .split(' ');

  it.each(each(ERROR_TABLE))('counts %s only where the provider is to blame', (code) => {
    expect(isFault(read('approve', refusal(code)).verdict)).toBe(FAULTS.includes(code));
  });

  it.each(each(METHOD_TABLE))('counts %s only where the provider is to blame', (method) => {
    expect(isFault(read('approve', refusal(-780, method)).verdict)).toBe(METHOD_FAULTS.includes(method));
  });
});
