import { describe, expect, it } from 'vitest';
import { lengthOf, readLatency } from '../../src/sandbox/latency.ts';
import { likelihood, readCurve } from '../../src/sandbox/faults/ramp.ts';

describe('readLatency', () => {
  it.each([
    ['200', 200],
    ['200ms', 200],
    ['1.5s', 1_500],
    ['2m', 120_000],
  ])('reads %s', (text, ms) => {
    expect(readLatency(text)).toEqual({ kind: 'constant', ms });
  });

  it.each([
    '',
    'fast',
    '-1',
    '5 minutes',
    'uniform:5',
    'uniform:9-5',
    'uniform:1-2-3',
    'p50',
    'p50=1,p40=2',
    'p50=9,p60=1',
    'p101=1',
  ])('does not understand "%s"', (text) => {
    expect(readLatency(text)).toBeUndefined();
  });

  it.each([
    ['uniform:50-400', 0, 50],
    ['uniform:50-400', 0.5, 225],
    ['p50=120,p99=900', 0, 60],
    ['p50=120,p99=900', 0.5, 120],
    ['p50=120,p99=900', 0.745, 510],
    ['p50=120,p99=900', 0.999, 900],
  ])('%s is at draw %f %f ms long', (text, draw, ms) => {
    const latency = readLatency(text);
    expect(latency && lengthOf(latency, () => draw)).toBeCloseTo(ms, 5);
  });
});

describe('a ramp', () => {
  const curve = readCurve('0%:0s,75%:5m,75%:15m,0%:20m') ?? [];

  it.each([
    [0, 0],
    [150_000, 0.375],
    [600_000, 0.75],
    [1_050_000, 0.375],
    [9_000_000, 0],
  ])('along lines is after %i ms at %f', (ms, share) => {
    expect(likelihood(curve, ms, 'line')).toBeCloseTo(share, 9);
  });

  it('in steps jumps at each point', () => {
    expect([299_999, 300_000, 1_199_999, 1_200_000].map((ms) => likelihood(curve, ms, 'steps'))).toEqual([
      0, 0.75, 0.75, 0,
    ]);
  });

  it('is nothing before its first point', () => {
    expect(likelihood(readCurve('50%:1m') ?? [], 59_999, 'line')).toBe(0);
  });
});
