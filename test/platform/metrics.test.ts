import { register } from 'prom-client';
import { describe, expect, it } from 'vitest';
import { openMetrics } from '../../src/platform/metrics.ts';

const NAME = 'pillivery_things_total';

describe('metrics', () => {
  it('count by label', async () => {
    const metrics = openMetrics();
    const things = metrics.counter(NAME, 'Things', ['kind']);
    things.inc({ kind: 'good' });
    things.inc({ kind: 'good' }, 2);
    things.inc({ kind: 'bad' });
    expect(await metrics.snapshot()).toEqual([
      { name: NAME, labels: { kind: 'good' }, value: 3 },
      { name: NAME, labels: { kind: 'bad' }, value: 1 },
    ]);
  });

  it('are the same when they are asked for twice', async () => {
    const metrics = openMetrics();
    metrics.counter(NAME, 'Things', ['kind']).inc({ kind: 'good' });
    metrics.counter(NAME, 'Things', ['kind']).inc({ kind: 'good' });
    expect(await metrics.snapshot()).toEqual([{ name: NAME, labels: { kind: 'good' }, value: 2 }]);
  });

  it('do not share a name: that is a bug', () => {
    const metrics = openMetrics();
    metrics.counter(NAME, 'Things', ['kind']);
    expect(() => metrics.counter(NAME, 'Things', ['sort'])).toThrow(/^Bug: the metric/);
    expect(() => metrics.gauge(NAME, 'Things', ['kind'])).toThrow(/^Bug: the metric/);
  });

  it('of two apps in one process do not add up, and the global registry knows none', async () => {
    const [one, other] = [openMetrics(), openMetrics()];
    one.counter(NAME, 'Things', []).inc({});
    expect(await other.snapshot()).toEqual([]);
    expect(await register.getMetricsAsJSON()).toEqual([]);
  });

  it('that are watched are read when somebody asks, until they are stopped', async () => {
    const metrics = openMetrics();
    const waiting = metrics.gauge('pillivery_waiting', 'Waiting', ['group']);
    let count = 1;
    const stop = waiting.watch({ group: 'pay' }, () => count);
    waiting.set({ group: 'lookup' }, 7);
    count = 5;
    const samples = await metrics.snapshot();
    expect(samples).toContainEqual({ name: 'pillivery_waiting', labels: { group: 'pay' }, value: 5 });
    expect(samples).toContainEqual({ name: 'pillivery_waiting', labels: { group: 'lookup' }, value: 7 });
    stop();
    expect(await metrics.snapshot()).toEqual([{ name: 'pillivery_waiting', labels: { group: 'lookup' }, value: 7 }]);
  });

  it('of lengths fall into buckets', async () => {
    const metrics = openMetrics();
    metrics.histogram('pillivery_call_seconds', 'Time', ['op'], [0.1, 1]).observe({ op: 'approve' }, 0.5);
    const name = 'pillivery_call_seconds';
    expect(await metrics.snapshot()).toEqual([
      { name: `${name}_bucket`, labels: { op: 'approve', le: 0.1 }, value: 0 },
      { name: `${name}_bucket`, labels: { op: 'approve', le: 1 }, value: 1 },
      { name: `${name}_bucket`, labels: { op: 'approve', le: '+Inf' }, value: 1 },
      { name: `${name}_sum`, labels: { op: 'approve' }, value: 0.5 },
      { name: `${name}_count`, labels: { op: 'approve' }, value: 1 },
    ]);
  });

  it("are told in Prometheus' text format", async () => {
    const metrics = openMetrics();
    metrics.counter(NAME, 'Things', ['kind']).inc({ kind: 'go"od' });
    expect(metrics.contentType).toBe('text/plain; version=0.0.4; charset=utf-8');
    expect(await metrics.text()).toBe(`# HELP ${NAME} Things\n# TYPE ${NAME} counter\n${NAME}{kind="go\\"od"} 1\n`);
  });
});
