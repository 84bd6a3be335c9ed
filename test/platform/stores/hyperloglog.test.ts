import { describe, expect, it } from 'vitest';
import { hyperLogLog } from '../../../src/platform/stores/hyperloglog.ts';

describe('hyperLogLog', () => {
  it('counts nothing as nothing', () => {
    expect(hyperLogLog().count()).toBe(0);
  });

  /** Four standard errors; the members are the same in every run, so the test cannot fail by chance. */
  it.each([1, 100, 1_025, 20_000, 50_000, 300_000])('counts %i members within 3.3 percent', (members) => {
    const sketch = hyperLogLog();
    for (let n = 0; n < members; n++) sketch.add(`member ${n}`);
    expect(Math.abs(sketch.count() / members - 1)).toBeLessThan(0.033);
  });

  it('counts a member once', () => {
    const sketch = hyperLogLog();
    for (let n = 0; n < 1_000; n++) sketch.add('same');
    expect(sketch.count()).toBe(1);
  });
});
