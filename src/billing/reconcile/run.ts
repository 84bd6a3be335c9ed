import type { App } from '../../app.ts';
import type { Performer } from '../../audit.ts';
import type { PaymentAttempt } from '../../schema.ts';
import type { Pace } from '../pace.ts';
import type { Act } from './document.ts';
import type { Findings } from './findings.ts';
import type { Window } from './request.ts';

/** One comparison under way. */
export interface Reconciliation {
  app: App;
  window: Window;
  /** Just this payment, if one was named. */
  attempt: PaymentAttempt | undefined;
  findings: Findings;
  /** What was done by hand so far. */
  acts: Act[];
  /** Why a person takes the word of witnesses that say "not charged"; undefined when nobody does. */
  acceptNote: string | undefined;
  /** Between two questions to a provider. */
  pace: Pace;
  actor: Performer;
  dryRun: boolean;
  stop: AbortSignal;
}

/** Questions in flight; well below the provider's places for lookups, which a shop at work uses too. */
const WIDTH = 8;

/**
 * Asks about one thing after the other, a few at a time and no faster than agreed. Ends early when the provider cannot
 * be asked or somebody wants to stop.
 */
export async function askEach<T>(
  { pace, stop, findings }: Reconciliation,
  things: AsyncIterable<T>,
  ask: (thing: T) => Promise<void>,
): Promise<void> {
  const rest = things[Symbol.asyncIterator]();
  const worker = async (): Promise<void> => {
    while (!stop.aborted && !findings.isIncomplete()) {
      const { done, value } = await rest.next();
      if (done) return;
      await pace(stop);
      await ask(value);
    }
  };
  const workers = await Promise.allSettled(Array.from({ length: WIDTH }, worker));
  await rest.return?.();
  for (const ended of workers) if (ended.status === 'rejected') throw ended.reason;
  if (stop.aborted) findings.incomplete('it was told to stop');
}

/** Pages of rows in the order of their ids, one by one. */
export async function* eachRow<R extends { id: string }>(
  read: (afterId: string) => PromiseLike<R[]>,
): AsyncGenerator<R> {
  for (let last = ''; ;) {
    const page = await read(last);
    const end = page.at(-1);
    if (!end) return;
    last = end.id;
    yield* page;
  }
}

export const PAGE = 200;

export const AWAY = 'the payment provider cannot be asked now';
