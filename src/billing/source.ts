import type { App } from '../app.ts';
import type { PaymentAttempt } from '../schema.ts';
import { selectOrphans, type Cursor, type Window } from './due.ts';
import type { Counters } from './report.ts';
import type { Runner } from './runner.ts';
import { adopt, scheduleLeft, scheduleNew, type Page } from './schedule.ts';

type SourceApp = Pick<App, 'config' | 'database' | 'clock' | 'newId'>;

/** Hands out attempts that wait to be claimed, a page at a time, until there are no more. */
export type NextPage = () => Promise<PaymentAttempt[] | undefined>;

/**
 * First what a dead runner created and never sent, then cycles left open without a charge, then new due dates. Each is
 * one walk that only goes forward, so a run looks at each cycle once and ends.
 */
export function attemptSource(app: SourceApp, runner: Runner, window: Window, counters: Counters): NextPage {
  const walks = [
    orphans(app, runner, counters),
    pages((cursor) => scheduleLeft(app, runner, window, cursor), counters),
    pages((cursor) => scheduleNew(app, runner, window, cursor), counters),
  ];
  return async () => {
    for (let walk = walks[0]; walk; walk = walks[0]) {
      const page = await walk();
      if (page) return page;
      walks.shift();
    }
    return undefined;
  };
}

function orphans(app: SourceApp, runner: Runner, counters: Counters): NextPage {
  let last = '';
  return async () => {
    const page = await selectOrphans(app, last);
    if (page.length === 0) return undefined;
    last = page.at(-1)?.id ?? last;
    // What this run has scheduled itself comes later in time, so the walk is over before any of it exists.
    await adopt(app, runner, page);
    counters.selected += page.length;
    counters.adopted += page.length;
    return page.map((attempt) => ({ ...attempt, runId: runner.runId }));
  };
}

function pages(schedule: (cursor: Cursor | undefined) => Promise<Page>, counters: Counters): NextPage {
  let cursor: Cursor | undefined;
  let ended = false;
  return async () => {
    if (ended) return undefined;
    const page = await schedule(cursor);
    counters.selected += page.selected;
    counters.skipped += page.skipped;
    counters.withoutMethod += page.withoutMethod.length;
    cursor = page.next;
    ended = page.next === undefined;
    return page.attempts;
  };
}
