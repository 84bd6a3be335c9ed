import { describe, expect, it } from 'vitest';
import { nearest, suggestions } from '../../src/platform/suggest.ts';

const COMMANDS = ['bill', 'catalog', 'deploy', 'migrate', 'payments', 'rollback', 'sandbox', 'seed', 'serve'];

describe('nearest', () => {
  it.each([
    ['sevre', 'serve'],
    ['srve', 'serve'],
    ['bil', 'bill'],
    ['depploy', 'deploy'],
    ['mig', 'migrate'],
    ['migration', 'migrate'],
    ['bill', 'bill'],
  ])('takes %s for %s', (word, meant) => {
    expect(nearest(word, COMMANDS)).toBe(meant);
  });

  it.each(['', 'x', 'checkout'])('has no idea what %j means', (word) => {
    expect(nearest(word, COMMANDS)).toBeUndefined();
  });

  it('does not turn a short word into any other', () => {
    expect(nearest('ab', ['xy'])).toBeUndefined();
  });
});

describe('suggestions', () => {
  it('names the likeliest first, and no more than three', () => {
    expect(suggestions('pay', ['pays', 'payments', 'payday', 'pay-later'])).toEqual(['pays', 'payday', 'payments']);
  });
});
