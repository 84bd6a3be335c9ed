import { Counter as PromCounter, Gauge as PromGauge, Histogram as PromHistogram, Registry } from 'prom-client';

/** Label values by name. They hold no ids: each new combination is a series that is kept for ever. */
export type Labels<L extends string> = Record<L, string>;

export interface Counter<L extends string = string> {
  inc(labels: Labels<L>, by?: number): void;
}

export interface Gauge<L extends string = string> {
  set(labels: Labels<L>, value: number): void;
  /** Asks `read` whenever the metrics are read, until the answer is called. */
  watch(labels: Labels<L>, read: () => number): () => void;
}

export interface Histogram<L extends string = string> {
  observe(labels: Labels<L>, value: number): void;
}

/** One series at one moment; a histogram gives several, named as in the text. */
export interface Sample {
  name: string;
  labels: Record<string, string | number>;
  value: number;
}

/** What the house counts, by names beginning `pillivery_`. Asking twice for a name gives the same metric. */
export interface Metrics {
  counter<L extends string>(name: string, help: string, labelNames: readonly L[]): Counter<L>;
  gauge<L extends string>(name: string, help: string, labelNames: readonly L[]): Gauge<L>;
  /** `buckets` are upper bounds, in the unit that the name ends with. */
  histogram<L extends string>(
    name: string,
    help: string,
    labelNames: readonly L[],
    buckets?: readonly number[],
  ): Histogram<L>;
  /** Everything in Prometheus' text format. */
  text(): Promise<string>;
  /** Content type of the text. */
  readonly contentType: string;
  snapshot(): Promise<Sample[]>;
}

/** A registry of its own for each app: two in one process, as in tests, do not add up. */
export function openMetrics(): Metrics {
  const registry = new Registry();
  const known = new Map<string, { shape: string; metric: unknown }>();

  /** Finds a metric by name, or makes it; the shape (kind and labels) stands in for the type that the map has lost. */
  function once<M>(name: string, shape: string, make: () => M): M {
    const found = known.get(name);
    if (found && found.shape !== shape)
      throw new Error(`Bug: the metric ${name} is used as ${shape} and ${found.shape}.`);
    if (found) return found.metric as M;
    const metric = make();
    known.set(name, { shape, metric });
    return metric;
  }

  return {
    counter: (name, help, labelNames) =>
      once(name, `counter(${labelNames.join()})`, () => {
        const counter = new PromCounter({ name, help, labelNames, registers: [registry] });
        return { inc: (labels, by = 1) => counter.inc(labels, by) };
      }),
    gauge: (name, help, labelNames) =>
      once(name, `gauge(${labelNames.join()})`, () => openGauge({ name, help, labelNames, registers: [registry] })),
    histogram: (name, help, labelNames, buckets) =>
      once(name, `histogram(${labelNames.join()})`, () => {
        const bounds = buckets && { buckets: [...buckets] };
        const histogram = new PromHistogram({ name, help, labelNames, registers: [registry], ...bounds });
        return { observe: (labels, value) => histogram.observe(labels, value) };
      }),
    text: () => registry.metrics(),
    contentType: registry.contentType,
    snapshot: async () => (await registry.getMetricsAsJSON()).flatMap(samplesOf),
  };
}

interface GaugeOptions<L extends string> {
  name: string;
  help: string;
  labelNames: readonly L[];
  registers: Registry[];
}

function openGauge<L extends string>(options: GaugeOptions<L>): Gauge<L> {
  const watched = new Set<{ labels: Labels<L>; read: () => number }>();
  const gauge = new PromGauge({
    ...options,
    collect() {
      for (const { labels, read } of watched) this.set(labels, read());
    },
  });
  return {
    set: (labels, value) => gauge.set(labels, value),
    watch: (labels, read) => {
      const one = { labels, read };
      watched.add(one);
      return () => {
        if (watched.delete(one)) gauge.remove(labels);
      };
    },
  };
}

type Collected = Awaited<ReturnType<Registry['getMetricsAsJSON']>>[number];

const samplesOf = ({ name, values }: Collected): Sample[] =>
  values.map(({ labels, value, ...named }) => ({
    // prom-client's types leave out that the series of a histogram carry names of their own.
    name: (named as { metricName?: string }).metricName ?? name,
    labels: labels as Sample['labels'],
    value,
  }));
