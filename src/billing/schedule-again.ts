import type { App } from '../app.ts';
import type { PaymentAttempt } from '../schema.ts';
import { cyclesOf } from './books.ts';
import type { Window } from './due.ts';
import type { Runner } from './runner.ts';
import { scheduleOpen } from './schedule.ts';

interface Needs {
  app: Pick<App, 'config' | 'database' | 'clock' | 'newId'>;
  runner: Runner;
  window: Window;
}

/**
 * The next attempt of a cycle whose last one was closed and certainly charged nothing; undefined when the cycle does not
 * want to be charged any more, or waits for another payment method now.
 */
export async function scheduleAgain(
  { app, runner, window }: Needs,
  closed: PaymentAttempt,
): Promise<PaymentAttempt | undefined> {
  const { billingCycles: c } = app.database.tables;
  const rows = await app.database
    .select({ id: c.id, subscriptionId: c.subscriptionId })
    .from(c)
    .where(cyclesOf(app.database.tables, [closed]));
  const { attempts } = await scheduleOpen(app, runner, window, rows);
  return attempts[0];
}
