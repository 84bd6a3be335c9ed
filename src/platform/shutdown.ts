/** Tells long work that it should end: once for "finish what you hold", and a second signal leaves at once. */
export interface Shutdown {
  /** Aborted at the first signal. */
  readonly signal: AbortSignal;
  /** The name of the signal that asked, once it has. */
  readonly by: () => NodeJS.Signals | undefined;
  /** Gives the process its usual reaction to signals back. */
  release(): void;
}

const SIGNALS = ['SIGTERM', 'SIGINT'] as const;
const EXIT_BY_SIGNAL = { SIGTERM: 143, SIGINT: 130 } as const;

/** Listens for SIGTERM and SIGINT; `leaveWith` is the exit code of a second one (128 + n unless given). */
export function listenForShutdown(leaveWith?: number): Shutdown {
  const controller = new AbortController();
  let by: NodeJS.Signals | undefined;
  const handle = (signal: (typeof SIGNALS)[number]): void => {
    if (by) process.exit(leaveWith ?? EXIT_BY_SIGNAL[signal]);
    by = signal;
    controller.abort();
  };
  for (const signal of SIGNALS) process.on(signal, handle);
  return {
    signal: controller.signal,
    by: () => by,
    release: () => SIGNALS.forEach((signal) => process.off(signal, handle)),
  };
}
