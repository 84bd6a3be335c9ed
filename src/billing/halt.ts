import type { Reason } from './reasons.ts';

/** Why a run ends with something undone, and the signal by which it stops taking work. */
export interface Halt {
  /** Aborted when nothing more may be marked SENT; what is in flight is finished and settled. */
  readonly signal: AbortSignal;
  /** Aborted, also before that, when no more work is looked for; what was taken goes on. */
  readonly enough: AbortSignal;
  readonly reasons: ReadonlySet<Reason>;
  /** For the report only; work goes on. */
  note(reason: Reason): void;
  /** No more work is looked for. */
  finish(reason: Reason): void;
  /** Nothing more is sent. */
  stop(reason: Reason): void;
}

/** `outer` are signals of others with the reason each stands for. */
export function openHalt(outer: readonly { signal: AbortSignal; reason: Reason }[]): Halt {
  const reasons = new Set<Reason>();
  const [all, work] = [new AbortController(), new AbortController()];
  const finish = (reason: Reason): void => {
    reasons.add(reason);
    work.abort();
  };
  const stop = (reason: Reason): void => {
    finish(reason);
    all.abort();
  };
  for (const { signal, reason } of outer) {
    if (signal.aborted) stop(reason);
    else signal.addEventListener('abort', () => stop(reason), { once: true });
  }
  return { signal: all.signal, enough: work.signal, reasons, note: (reason) => void reasons.add(reason), finish, stop };
}
