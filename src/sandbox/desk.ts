import type { Chance } from './chance.ts';
import type { FaultBook } from './faults/book.ts';
import type { KakaoPay } from './kakaopay/state.ts';
import type { Latency } from './latency.ts';
import type { RequestLog } from './request-log.ts';
import type { Stats } from './stats.ts';
import type { Pause } from './waits.ts';

/** All that one call meets. */
export interface Desk {
  readonly kakaopay: KakaoPay;
  readonly faults: FaultBook;
  readonly chance: Chance;
  readonly stats: Stats;
  readonly log: RequestLog;
  readonly pause: Pause;
  /** Holds every answer back. */
  readonly latency: Latency | undefined;
  readonly isStrict: boolean;
}
