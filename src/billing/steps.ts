import { chargePages, type Charged } from './charge-pages.ts';
import { closeHeld } from './close-held.ts';
import { STEPS, type Counters, type StepName } from './counters.ts';
import type { Engine } from './engine.ts';
import { createdPages, pagesOf } from './pages.ts';
import { pause } from '../platform/waiting.ts';

/** Charges what one step selects, and then what had to be set aside meanwhile. */
export async function runStep(engine: Engine, name: StepName, counters: Counters): Promise<void> {
  if (name === 'due' && !engine.runner.joined) await chargePages(engine, createdPages(engine), counters);
  const charged = await chargePages(engine, pagesOf(engine, name, counters), counters);
  await takeWhatWaits(engine, charged, counters);
  if (name === STEPS.at(-1)) await endHeld(engine, counters);
}

/**
 * Attempts set aside stay CREATED in the database, not in memory. They are taken when their time has come, unless that
 * is after the run's own. One look more than needed finds what other runners have left.
 */
async function takeWhatWaits(engine: Engine, first: Charged, counters: Counters): Promise<void> {
  for (let last = first; !engine.halt.enough.aborted;) {
    if (last.until) await waitFor(engine, last, counters);
    last = await chargePages(engine, createdPages(engine), counters);
    if (!last.progress && !last.until) return;
  }
}

async function waitFor({ app, halt, deadline }: Engine, charged: Charged, counters: Counters): Promise<void> {
  const { until = app.clock.now(), waiting, blackout } = charged;
  if (until > deadline) halt.stop(blackout ? 'BLACKOUT' : 'DEADLINE');
  await pause(until.getTime() - app.clock.now().getTime(), halt.enough);
  if (!halt.enough.aborted) return;
  counters.selected += waiting;
  counters.left += waiting;
}

/** Cycles that waited for another payment method in vain end on the last day of the ladder, whatever their step. */
async function endHeld({ app, window, halt }: Engine, counters: Counters): Promise<void> {
  for (const step of STEPS.keys()) {
    const ended = await closeHeld(app, { ...window, step: step + 1 }, halt.enough);
    counters.selected += ended;
    counters.cancelled += ended;
  }
}
