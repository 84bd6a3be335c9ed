import type { CountersByStep } from './counters.ts';
import type { Engine } from './engine.ts';
import { progressOf, type Progress } from './progress.ts';
import type { BillReport } from './report-schema.ts';
import { drain, heartbeat } from './runner.ts';

/** What a run knows of itself while it runs. */
export interface Vitals {
  step: Progress['step'];
  byStep: CountersByStep;
  total: number;
  recovered: BillReport['recovered'];
}

export interface KeptAlive {
  /** Tells the progress now. */
  tell(): void;
  /** Goes on to another step, and tells it. */
  enter(step: Vitals['step']): void;
  end(): void;
}

/** How often whoever watches is told; the command shows some of it. */
const PROGRESS_EVERY_MS = 200;
/** A lease that could not be renewed for this long is as good as lost. */
const SILENT_FOR_MS = 30_000;

/** Heartbeats, progress and memory, as long as a run lives; and the news that it drains, once it is told to stop. */
export function keepAlive(engine: Engine, vitals: Vitals, onProgress?: (progress: Progress) => void): KeptAlive {
  const { app, runner, halt, performance } = engine;
  let renewedMs = app.clock.monotonicMs();

  const tell = (): void => {
    performance.sampleMemory();
    onProgress?.(progressOf(engine, vitals.byStep, vitals));
  };
  const beat = async (): Promise<void> => {
    try {
      await app.keepTime();
      const alive = await heartbeat(app, runner, { step: vitals.step, counters: { ...vitals.byStep } });
      if (alive) renewedMs = app.clock.monotonicMs();
      else halt.stop('LEASE_LOST');
    } catch (err) {
      app.log.warn({ err }, 'the heartbeat of this runner failed');
      if (app.clock.monotonicMs() - renewedMs > SILENT_FOR_MS) halt.stop('LEASE_LOST');
    }
  };
  const sayDraining = (): void =>
    void drain(app, runner).catch((err: unknown) => app.log.warn({ err }, 'nobody was told that this runner drains'));

  if (halt.signal.aborted) sayDraining();
  else halt.signal.addEventListener('abort', sayDraining, { once: true });
  const timers = [
    setInterval(() => void beat(), app.config.billing.heartbeatSeconds * 1_000),
    setInterval(tell, PROGRESS_EVERY_MS),
  ];
  return {
    tell,
    enter(step) {
      tell(); // the last word on the one before
      vitals.step = step;
      tell();
    },
    end: () => timers.forEach((timer) => clearInterval(timer)),
  };
}
