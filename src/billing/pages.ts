import type { PaymentAttempt } from '../schema.ts';
import { STEPS, type Counters, type StepName } from './counters.ts';
import { selectCreated, selectNew, selectOpen, type Cursor } from './due.ts';
import type { Engine } from './engine.ts';
import { scheduleNew, scheduleOpen } from './schedule.ts';

/** Attempts that wait to be claimed, a page at a time. */
export type Pages = AsyncGenerator<PaymentAttempt[], void>;

/** What one step has to charge. Passes over the same rows end when one finds nothing that could be taken. */
export async function* pagesOf(engine: Engine, name: StepName, counters: Counters): Pages {
  const step = STEPS.indexOf(name) + 1;
  if (step === 1) yield* newPages(engine, counters);
  yield* openPages(engine, step, counters);
}

/** New due dates. Rows that somebody held are found by the next pass. */
async function* newPages({ app, runner, window }: Engine, counters: Counters): Pages {
  for (let found = true; found;) {
    found = false;
    for (let cursor: Cursor | undefined, first = true; first || cursor; first = false) {
      const page = await scheduleNew(app, runner, window, cursor);
      countPassedOver(counters, page);
      found ||= page.next !== undefined;
      cursor = page.next;
      if (page.attempts.length > 0) yield page.attempts;
    }
  }
}

/** Open cycles of a step: left by an interrupted run, or declined days ago. */
async function* openPages({ app, runner, window }: Engine, step: number, counters: Counters): Pages {
  const stepWindow = { ...window, step, unchangedSince: runner.startedAt };
  for (let found = true; found;) {
    found = false;
    let cursor: Cursor | undefined;
    for (;;) {
      const rows = await selectOpen(app.database, app, stepWindow, cursor);
      if (rows.length === 0) break;
      cursor = rows.at(-1);
      const page = await scheduleOpen(app, runner, window, rows);
      countPassedOver(counters, page);
      found ||= page.attempts.length + page.held > 0;
      if (page.attempts.length > 0) yield page.attempts;
    }
  }
}

function countPassedOver(counters: Counters, { skipped, held }: { skipped: number; held: number }): void {
  counters.selected += skipped + held;
  counters.skipped += skipped;
  counters.held += held;
}

/** What waits to be sent already: attempts of runners that died, and those set aside in this run. */
export async function* createdPages({ app, window }: Engine): Pages {
  let last = '';
  for (;;) {
    const page = await selectCreated(app, window, last);
    const end = page.at(-1);
    if (!end) return;
    last = end.id;
    yield page;
  }
}

/** Whether nothing is left that a run of this date may take, by somebody locked or put off as it may be. */
export async function isNothingLeft({ app, window }: Engine): Promise<boolean> {
  if ((await selectNew(app.database, app, window)).length > 0) return false;
  if ((await selectCreated(app, window, '')).length > 0) return false;
  for (const index of STEPS.keys()) {
    const stepWindow = { ...window, step: index + 1, unchangedSince: END_OF_TIME };
    if ((await selectOpen(app.database, app, stepWindow)).length > 0) return false;
  }
  return true;
}

const END_OF_TIME = new Date('9999-12-31T00:00:00Z');
