import { describe, expect, it } from 'vitest';
import { maskText, maskValues } from '../../src/outbox/mask.ts';
import { delayMs, failureText, postponedUntil } from '../../src/outbox/rules.ts';

describe('delayMs', () => {
  it('grows from 10 s to 2 h and stays there', () => {
    expect([1, 2, 3, 4, 5, 6, 99].map((tries) => delayMs(tries) / 1_000)).toEqual([
      10, 60, 300, 1_800, 7_200, 7_200, 7_200,
    ]);
  });
});

describe('postponedUntil', () => {
  it('is never now', () => {
    const now = new Date('2026-11-20T00:00:00Z');

    expect(postponedUntil(new Date('2026-11-19T00:00:00Z'), now)).toEqual(new Date('2026-11-20T00:00:01Z'));
    expect(postponedUntil(new Date('2026-11-21T00:00:00Z'), now)).toEqual(new Date('2026-11-21T00:00:00Z'));
  });
});

describe('failureText', () => {
  it('takes whatever is thrown', () => {
    expect([new Error('no'), 'text', undefined, new Error('')].map(failureText)).toEqual([
      'no',
      'text',
      'undefined',
      'no message',
    ]);
  });
});

describe('maskText', () => {
  it.each([
    ['write to kim@example.test, please', 'write to [e-mail], please'],
    ['<김하늘@쇼핑.한국>', '<[e-mail]>'],
    ['call 010-1234-5678.', 'call [phone].'],
    ['01012345678', '[phone]'],
    ['+82 10-1234-5678', '[phone]'],
    ['02-123-4567', '[phone]'],
    ['see https://shop.example.test/reset?token=abc', 'see [link]'],
  ])('hides what is in %s', (text, masked) => {
    expect(maskText(text)).toBe(masked);
  });

  it.each([
    '019a8f3c-0101-7123-8456-012345678901',
    '01234567-0123-7456-8901-234567890123',
    '2026-11-20T09:00:00.000Z',
    'PV20261122-7K2M9QXA',
    'at_01012345678abc',
    'twice @ noon',
  ])('leaves %s as it is', (text) => {
    expect(maskText(text)).toBe(text);
  });
});

describe('maskValues', () => {
  it('reaches every text of a payload', () => {
    const payload = { amount: 27_000, to: { email: 'kim@example.test' }, phones: ['010-1234-5678', null], paid: true };

    expect(maskValues(payload)).toEqual({
      amount: 27_000,
      to: { email: '[e-mail]' },
      phones: ['[phone]', null],
      paid: true,
    });
  });
});
