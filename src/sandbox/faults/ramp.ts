import { readDuration, readShare } from '../duration.ts';

/** How likely a failure is at a moment after the start. */
export interface RampPoint {
  readonly afterMs: number;
  readonly share: number;
}

export const CURVE_FORM = '0%:0s,75%:5m,75%:15m,0%:20m';

/** Reads points such as `CURVE_FORM`, in the order of time; undefined for anything else. */
export function readCurve(text: string): RampPoint[] | undefined {
  const points = text.split(',').map(readPoint);
  if (!points.every((point) => point !== undefined)) return undefined;
  const inOrder = points.every(({ afterMs }, at) => afterMs >= (points[at - 1]?.afterMs ?? 0));
  return inOrder ? points : undefined;
}

function readPoint(text: string): RampPoint | undefined {
  const [rate = '', length = '', ...rest] = text.split(':');
  const [share, afterMs] = [readShare(rate), readDuration(length)];
  return share === undefined || afterMs === undefined || rest.length > 0 ? undefined : { share, afterMs };
}

/** The likelihood `afterMs` after the start: along lines from point to point, or in steps that last until the next. */
export function likelihood(points: readonly RampPoint[], afterMs: number, shape: 'line' | 'steps'): number {
  const next = points.findIndex((point) => point.afterMs > afterMs);
  const from = next === -1 ? points.at(-1) : points[next - 1];
  const to = points[next];
  if (!from) return 0;
  if (!to || shape === 'steps') return from.share;
  return from.share + ((afterMs - from.afterMs) / (to.afterMs - from.afterMs)) * (to.share - from.share);
}
