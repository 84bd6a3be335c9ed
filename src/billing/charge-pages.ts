import type { Counters } from './counters.ts';
import { PAGE } from './due.ts';
import { bringToEnd, type Engine } from './engine.ts';
import type { Pages } from './pages.ts';
import { openQueue, type Queue } from './queue.ts';
import { isDatabaseLost } from './database-lost.ts';

/** What charging some pages came to, apart from its counts. */
export interface Charged {
  /** Whether anything was sent or closed. */
  progress: boolean;
  /** Attempts that can only be taken later, and the first moment at which one of them can. */
  waiting: number;
  until: Date | undefined;
  /** The banks are closed for at least one of them. */
  blackout: boolean;
}

/**
 * Twice as many workers as permits, so that database time does not eat the provider's: while half of them call, the
 * others prepare and settle. Each holds one row that a crash makes unknown.
 */
const workersFor = (concurrency: number): number => Math.min(2 * concurrency, concurrency + 64);

/** Brings all attempts of `pages` to their end, no more than two pages of them in memory. Ends early when halted. */
export async function chargePages(engine: Engine, pages: Pages, counters: Counters): Promise<Charged> {
  const queue = openQueue();
  const charged: Charged = { progress: false, waiting: 0, until: undefined, blackout: false };
  const abandon = (): void => {
    const left = queue.abandon().length;
    counters.left += left;
    counters.selected += left;
  };
  engine.halt.enough.addEventListener('abort', abandon);
  const workers = Array.from({ length: workersFor(engine.app.config.billing.concurrency) }, () =>
    work(engine, queue, counters, charged),
  );
  try {
    await feed(engine, queue, pages);
  } finally {
    queue.close();
    await Promise.all(workers); // whatever failed, answers on their way are still booked
    engine.halt.enough.removeEventListener('abort', abandon);
  }
  return charged;
}

async function feed({ halt }: Engine, queue: Queue, pages: Pages): Promise<void> {
  try {
    while (!halt.enough.aborted) {
      const page = await pages.next();
      if (page.done) return;
      queue.push(page.value);
      await queue.below(PAGE);
    }
  } catch (error) {
    if (!isDatabaseLost(error)) throw error;
    halt.stop('DATABASE_LOST');
  }
}

async function work(engine: Engine, queue: Queue, counters: Counters, charged: Charged): Promise<void> {
  for (;;) {
    const attempt = await queue.take();
    if (!attempt) return;
    try {
      const ended = await bringToEnd(engine, attempt, counters);
      if (ended.kind === 'counted') charged.progress = true;
      if (ended.kind === 'waits') setAside(charged, ended);
    } catch (err) {
      failed(engine, err, counters);
    } finally {
      queue.release(attempt);
    }
  }
}

function setAside(charged: Charged, { until, why }: { until: Date; why: 'busy' | 'blackout' }): void {
  charged.waiting += 1;
  charged.blackout ||= why === 'blackout';
  if (!charged.until || until < charged.until) charged.until = until;
}

/** What fails here was not sent: what was is booked or on disk. */
function failed({ app, halt }: Engine, err: unknown, counters: Counters): void {
  counters.selected += 1;
  counters.left += 1;
  if (isDatabaseLost(err)) return halt.stop('DATABASE_LOST');
  halt.note('BUG');
  app.log.error({ err }, 'unexpected error in a billing worker');
}
