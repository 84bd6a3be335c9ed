import { describe, expect, it } from 'vitest';
import { table } from '../../src/cli/table.ts';

const ROWS = [
  { id: 'a1', status: 'DEAD', 'last error': 'the receiver\nanswered with a page that nobody wants to read to its end' },
  { id: 'b22', status: 'PENDING', 'last error': '–' },
];

describe('table', () => {
  it('gives everything where there is no width', () => {
    expect(table(ROWS, Infinity)).toBe(
      [
        'ID   STATUS   LAST ERROR',
        'a1   DEAD     the receiver answered with a page that nobody wants to read to its end',
        'b22  PENDING  –',
      ].join('\n'),
    );
  });

  it('cuts the last column to the width', () => {
    expect(table(ROWS, 40)).toBe(
      ['ID   STATUS   LAST ERROR', 'a1   DEAD     the receiver answered wit…', 'b22  PENDING  –'].join('\n'),
    );
  });

  it('gives each row a block where its columns have no room beside each other', () => {
    expect(table(ROWS, 30)).toBe(
      [
        'ID          a1',
        'STATUS      DEAD',
        'LAST ERROR  the receiver answ…',
        '',
        'ID          b22',
        'STATUS      PENDING',
        'LAST ERROR  –',
      ].join('\n'),
    );
  });
});
