import { readDuration } from './duration.ts';

/** How long an answer takes: always the same, anything in a range, or a curve of percentiles. */
export type Latency =
  | { readonly kind: 'constant'; readonly ms: number }
  | { readonly kind: 'uniform'; readonly fromMs: number; readonly toMs: number }
  | { readonly kind: 'curve'; readonly points: readonly Percentile[] };

interface Percentile {
  readonly share: number;
  readonly ms: number;
}

export const LATENCY_FORMS = '200, 200ms, 5s, uniform:50-400 or p50=120,p99=900';

/** Reads one of `LATENCY_FORMS`; undefined for anything else. */
export function readLatency(text: string): Latency | undefined {
  const ms = readDuration(text);
  if (ms !== undefined) return { kind: 'constant', ms };
  return text.startsWith('uniform:') ? readUniform(text.slice('uniform:'.length)) : readCurve(text);
}

function readUniform(text: string): Latency | undefined {
  const [fromMs, toMs, ...rest] = text.split('-').map(readDuration);
  if (fromMs === undefined || toMs === undefined || rest.length > 0 || toMs < fromMs) return undefined;
  return { kind: 'uniform', fromMs, toMs };
}

function readCurve(text: string): Latency | undefined {
  const points = text.split(',').map(readPercentile);
  if (!points.every((point) => point !== undefined)) return undefined;
  const grows = points.every(({ share, ms }, at) => {
    const before = points[at - 1];
    return !before || (share > before.share && ms >= before.ms);
  });
  return grows ? { kind: 'curve', points } : undefined;
}

function readPercentile(text: string): Percentile | undefined {
  const [, digits, length] = /^p(\d{1,2}(?:\.\d{1,3})?|100)=(.+)$/.exec(text.trim()) ?? [];
  const ms = length === undefined ? undefined : readDuration(length);
  return ms === undefined ? undefined : { share: Number(digits) / 100, ms };
}

/** A length that belongs to a draw between 0 and 1; a constant one needs none. */
export function lengthOf(latency: Latency, draw: () => number): number {
  if (latency.kind === 'constant') return latency.ms;
  if (latency.kind === 'uniform') return latency.fromMs + draw() * (latency.toMs - latency.fromMs);
  return onCurve(latency.points, draw());
}

/** Straight lines between the named percentiles; from half the first one up, and no longer than the last one. */
function onCurve(points: readonly Percentile[], draw: number): number {
  const next = points.findIndex(({ share }) => draw < share);
  const to = points[next];
  if (!to) return points.at(-1)?.ms ?? 0;
  const from = points[next - 1] ?? { share: 0, ms: to.ms / 2 };
  return from.ms + ((draw - from.share) / (to.share - from.share)) * (to.ms - from.ms);
}

export const scaled = (latency: Latency, factor: number): Latency => {
  if (latency.kind === 'constant') return { kind: 'constant', ms: latency.ms * factor };
  if (latency.kind === 'uniform')
    return { kind: 'uniform', fromMs: latency.fromMs * factor, toMs: latency.toMs * factor };
  return { kind: 'curve', points: latency.points.map(({ share, ms }) => ({ share, ms: ms * factor })) };
};
