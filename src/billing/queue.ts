import type { PaymentAttempt } from '../schema.ts';
import { customerFence } from './fences.ts';

/** Attempts that wait for a worker. Each mandate and customer is with one worker at a time. */
export interface Queue {
  push(attempts: readonly PaymentAttempt[]): void;
  /** The next one whose mandate and customer are free; undefined once the queue is closed and empty. */
  take(): Promise<PaymentAttempt | undefined>;
  /** Lets the next one of the same mandate or customer go. */
  release(attempt: PaymentAttempt): void;
  /** Resolves when fewer than `size` wait. */
  below(size: number): Promise<void>;
  /** Nothing more will be pushed. */
  close(): void;
  /** Empties the queue and closes it; what was in it is returned. */
  abandon(): PaymentAttempt[];
}

export function openQueue(): Queue {
  const waiting: PaymentAttempt[] = [];
  const busy = new Set<string>();
  let closed = false;
  let changed = Promise.withResolvers<void>();

  const tell = (): void => {
    changed.resolve();
    changed = Promise.withResolvers();
  };
  const takeFree = (): PaymentAttempt | undefined => {
    const index = waiting.findIndex((attempt) => !keysOf(attempt).some((key) => busy.has(key)));
    const [attempt] = index < 0 ? [] : waiting.splice(index, 1);
    if (!attempt) return undefined;
    keysOf(attempt).forEach((key) => busy.add(key));
    tell();
    return attempt;
  };

  return {
    push(attempts) {
      waiting.push(...attempts);
      tell();
    },
    async take() {
      for (;;) {
        const attempt = takeFree();
        if (attempt || (closed && waiting.length === 0)) return attempt;
        await changed.promise;
      }
    },
    release(attempt) {
      keysOf(attempt).forEach((key) => busy.delete(key));
      tell();
    },
    async below(size) {
      while (waiting.length >= size) await changed.promise;
    },
    close() {
      closed = true;
      tell();
    },
    abandon() {
      closed = true;
      const left = waiting.splice(0);
      tell();
      return left;
    },
  };
}

const keysOf = (attempt: PaymentAttempt): string[] => [attempt.mandateId ?? '', customerFence(attempt)];
