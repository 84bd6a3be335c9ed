import { momentIn } from '../../platform/calendar.ts';
import type { StatusDocument } from './document.ts';
import { isComplete, lastCompleteAt, type StatusApp } from './runs.ts';

type Problem = StatusDocument['health']['problems'][number];

export interface HealthQuestion {
  today: string;
  operator: StatusDocument['operator'];
  /** How old the last complete run may be. */
  maxAgeMs: number;
}

/** Whether billing goes on by itself: 75 while a run is missing, 3 while a person is. */
export async function judgeHealth(app: StatusApp, question: HealthQuestion): Promise<StatusDocument['health']> {
  const problems = [...(await missingRuns(app, question)), ...peopleNeeded(question.operator)];
  const codes = problems.map(({ exitCode }) => exitCode);
  return { exitCode: codes.includes(75) ? 75 : codes.includes(3) ? 3 : 0, problems };
}

async function missingRuns(app: StatusApp, { today, maxAgeMs }: HealthQuestion): Promise<Problem[]> {
  const { config, clock } = app;
  const now = clock.now();
  const missing = (says: string): Problem => ({ exitCode: 75, says });
  const problems: Problem[] = [];
  const last = await lastCompleteAt(app);
  if (last === undefined) problems.push(missing('no run has ever been complete'));
  else if (now.getTime() - last.getTime() > maxAgeMs) {
    problems.push(missing(`the last complete run ended ${hours(now.getTime() - last.getTime())} ago`));
  }
  const { deadManAt } = config.billing;
  const isDue = now >= momentIn(config.shop.timeZone, today, deadManAt);
  if (isDue && !(await isComplete(app, today))) {
    problems.push(missing(`the run of ${today} is not complete, and it is past ${deadManAt}`));
  }
  return problems;
}

const HOUR_MS = 3_600_000;
const hours = (ms: number): string => `${(ms / HOUR_MS).toFixed(1)} h`;

function peopleNeeded({ attempts, ...rest }: StatusDocument['operator']): Problem[] {
  const waiting = attempts.reduce((sum, { count }) => sum + count, 0);
  const { refunds, deadCommands, overdueBeyondCatchUp, ledgerOlder } = rest;
  return [
    ...needed(waiting, 'payments wait for a person (pillivery payments list)'),
    ...needed(refunds, 'refunds wait for a person'),
    ...needed(deadCommands, 'refunds or ends of mandates were given up (pillivery events --status dead)'),
    ...needed(overdueBeyondCatchUp, 'due dates are older than billing.catchUpDays and are left'),
    ...(ledgerOlder ? [OLDER] : []),
  ];
}

const OLDER: Problem = {
  exitCode: 3,
  says: 'the database is older than the last charge of this machine (pillivery bill reconcile --after-restore)',
};

const needed = (count: number, what: string): Problem[] =>
  count > 0 ? [{ exitCode: 3, says: `${what}: ${count}` }] : [];
