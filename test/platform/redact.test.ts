import { describe, expect, it } from 'vitest';
import { redact, redactText } from '../../src/platform/redact.ts';

describe('redact', () => {
  it.each(['authorization', 'pg_token', 'pgToken', 'sid', 'card_info', 'Set-Cookie', 'tokenCipher', 'receiver_phone'])(
    'hides the value of %s at any depth',
    (name) => {
      expect(redact({ a: [{ [name]: 'told' }] })).toEqual({ a: [{ [name]: '[redacted]' }] });
    },
  );

  it('leaves what is no secret as it is', () => {
    const fields = { attemptId: 'pa_1', amount: 27_000, at: new Date(0), tid: 'T1234567890123456789', nothing: null };
    expect(redact(fields)).toEqual(fields);
  });

  it('hides what is nested deeper than anything meant for a log', () => {
    const deep = { a: { b: { c: { d: { e: { f: { g: 'told' } } } } } } };
    expect(JSON.stringify(redact(deep))).not.toContain('told');
  });
});

describe('redactText', () => {
  it.each([
    ['Authorization: SECRET_KEY DEVabc123', 'Authorization: SECRET_KEY [redacted]'],
    ['GET /api/payments/approve/pa_1?pg_token=abc&x=1', 'GET /api/payments/approve/pa_1?pg_token=[redacted]&x=1'],
    ['{"sid":"SIDdeadbeef"}', '{"sid":"[redacted]"}'],
    ['mandate S1234567890123456789 is gone', 'mandate [redacted] is gone'],
    ['write to kim@example.test or 010-1234-5678', 'write to [e-mail] or [phone]'],
    ['card 1234-5678-9012-3456', 'card [card]'],
  ])('turns %j into %j', (text, safe) => {
    expect(redactText(text)).toBe(safe);
  });

  it('leaves codes, dates and amounts', () => {
    const text = '-782/LACK_BALANCE on 2026-11-20 for 27000 won, tid T12ab';
    expect(redactText(text)).toBe(text);
  });
});
