import { and, asc, eq, gt, inArray, lte } from '../platform/database/sql.ts';
import { resumeSubscriptions } from '../subscriptions/index.ts';
import { PAGE } from './due.ts';
import type { Engine } from './engine.ts';

/** Resumes paused subscriptions whose day has come. Returns how many. */
export async function resumePaused({ app, window, halt }: Engine): Promise<number> {
  const { subscriptions: s } = app.database.tables;
  const { date, only } = window;
  let [resumed, last] = [0, ''];
  while (!halt.enough.aborted) {
    const page = await app.database
      .select({ id: s.id })
      .from(s)
      .where(and(eq(s.status, 'PAUSED'), lte(s.resumeOn, date), gt(s.id, last), only && inArray(s.id, [...only])))
      .orderBy(asc(s.id))
      .limit(PAGE);
    const end = page.at(-1);
    if (!end) break;
    last = end.id;
    const ids = page.map(({ id }) => id);
    resumed += await app.database.transaction((tx) => resumeSubscriptions(tx, app, { ids, today: date }));
  }
  return resumed;
}
