import type { App } from '../app.ts';
import { failPoint } from '../platform/fail-points.ts';
import type { OutboxEvent } from '../schema.ts';
import { claimDue } from './claim.ts';
import { deliverEvent } from './deliver.ts';
import type { Result } from './metrics.ts';

/** Deliveries at once in one process: while a few wait for a slow sink, the others go on. */
const WIDTH = 8;

/** How often each result came. */
export type Counts = Record<Result, number>;

/** The hands of one relay. */
export interface Pool {
  readonly counts: Counts;
  /** Takes as many due events as hands are free, and begins them. */
  take(): Promise<void>;
  isIdle(): boolean;
  /** Resolves when a delivery ends, when `wakeUp` is called, or after `mostMs`. */
  rest(mostMs?: number): Promise<void>;
  wakeUp(): void;
  /** Resolves when nothing is held any more. */
  drained(): Promise<void>;
}

export function openPool(app: App): Pool {
  const counts: Counts = { done: 0, failed: 0, dead: 0, postponed: 0, lost: 0 };
  const held = new Map<string, Promise<void>>();
  let wake = Promise.withResolvers<void>();

  async function deliver(event: OutboxEvent): Promise<void> {
    counts[await deliverEvent(app, event)] += 1;
    held.delete(event.id);
    wake.resolve();
  }

  return {
    counts,
    async take() {
      if (held.size === WIDTH) return;
      const events = await claimDue(app, { most: WIDTH - held.size, held: [...held.keys()] });
      if (events.length > 0) failPoint('relay:claimed');
      for (const event of events) held.set(event.id, deliver(event));
    },
    isIdle: () => held.size === 0,
    async rest(mostMs) {
      const timer = mostMs === undefined ? undefined : setTimeout(wake.resolve, mostMs);
      await wake.promise;
      clearTimeout(timer);
      wake = Promise.withResolvers();
    },
    wakeUp: () => wake.resolve(),
    drained: async () => void (await Promise.all(held.values())),
  };
}
