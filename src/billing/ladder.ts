import type { App } from '../app.ts';
import type { Ladder } from './dunning.ts';

/** The ladder as this shop has configured it. */
export const ladderOf = ({ config: { billing } }: Pick<App, 'config'>): Ladder => ({
  days: billing.ladderDays,
  mostDaysPutOff: billing.mostDaysPutOff,
});
