import { setImmediate as nextTurn } from 'node:timers/promises';
import type { Clock } from '../platform/clock.ts';
import type { PaymentProvider } from '../payments/index.ts';
import type { Halt } from './halt.ts';

/** Charges that may be under way while nobody knows whether the provider is well again; its breaker tries as many. */
const TRIALS = 10;

/** Keeps charges from being marked SENT while the provider's circuit is open. */
export interface Circuit {
  /** Resolves with the way back when a charge may be marked SENT; with nothing when the run stops first. */
  enter(): Promise<(() => void) | undefined>;
  /** The circuit has refused a charge. */
  refused(): void;
  /** The provider has answered a charge. */
  answered(): void;
  waitedMs(): number;
  openedTimes(): number;
  /** The circuit is open, or nobody knows yet whether the provider is well again. */
  isOpen(): boolean;
}

/**
 * Workers wait here without spinning. The time for which at least one waits is added up over the run: past `patienceMs`
 * the run stops. While it is not sure that the provider is well, no more are let through than its breaker tries.
 */
export function openCircuit(
  provider: Pick<PaymentProvider, 'chargesAdmitted'>,
  { clock, halt, patienceMs }: { clock: Clock; halt: Halt; patienceMs: number },
): Circuit {
  let [suspect, wellAnswers, trials, waiters, waitedMs, openedTimes] = [false, 0, 0, 0, 0, 0];
  let since = 0;
  let timer: NodeJS.Timeout | undefined;
  let changed = Promise.withResolvers<void>();

  const tell = (): void => {
    changed.resolve();
    changed = Promise.withResolvers();
  };
  halt.signal.addEventListener('abort', tell, { once: true });

  const wait = async <T>(until: Promise<T>): Promise<void> => {
    waiters += 1;
    if (waiters === 1) {
      openedTimes += 1;
      since = clock.monotonicMs();
      timer = setTimeout(() => halt.stop('PROVIDER_DOWN'), Math.max(0, patienceMs - waitedMs));
    }
    await until;
    waiters -= 1;
    if (waiters > 0) return;
    clearTimeout(timer);
    waitedMs += clock.monotonicMs() - since;
  };

  const pass = (): (() => void) => {
    if (!suspect) return nothing;
    trials += 1;
    return () => {
      trials -= 1;
      tell();
    };
  };

  const open = (): void => {
    suspect = true;
    wellAnswers = 0;
  };

  return {
    async enter() {
      while (!halt.signal.aborted) {
        const admitted = provider.chargesAdmitted(halt.signal);
        if (await isPending(admitted)) {
          open();
          await wait(admitted);
        } else if (suspect && trials >= TRIALS) await changed.promise;
        else return pass();
      }
      return undefined;
    },
    refused: open,
    answered() {
      wellAnswers += 1;
      if (wellAnswers >= TRIALS) suspect = false;
    },
    waitedMs: () => waitedMs + (waiters > 0 ? clock.monotonicMs() - since : 0),
    openedTimes: () => openedTimes,
    isOpen: () => suspect,
  };
}

/** Whether a promise is still open at the next turn of the event loop. */
const isPending = (promise: Promise<unknown>): Promise<boolean> =>
  Promise.race([promise.then(() => false), nextTurn(true)]);

const nothing = (): void => undefined;
