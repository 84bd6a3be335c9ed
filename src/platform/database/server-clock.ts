import type { MovableClock } from '../clock.ts';
import type { RawQuery } from './engine.ts';

/** Below this an answer's way through the network may be all there is to it. */
const SAME_MS = 50;

/**
 * Puts a clock right by the database server's: machines that share a database share its time, whatever their own clocks
 * say. Returns by how many milliseconds it was put forward; 0 when it was right.
 */
export async function setByServer(raw: RawQuery, clock: MovableClock): Promise<number> {
  const askedMs = clock.monotonicMs();
  const [row] = await raw('select unix_timestamp(now(6)) as seconds');
  const tookMs = clock.monotonicMs() - askedMs;
  const serverMs = Number(row?.['seconds']) * 1_000 + tookMs / 2;
  const offMs = Math.round(serverMs - clock.now().getTime());
  if (Math.abs(offMs) <= Math.max(SAME_MS, tookMs)) return 0;
  clock.moveTo(new Date(clock.now().getTime() + offMs));
  return offMs;
}
