/** Why a run did not end with everything settled, in the order in which the exit code is decided. */
export const REASONS = {
  BUG: { exitCode: 1, says: 'an unexpected error happened; see the log' },
  PROVIDER_DOWN: { exitCode: 75, says: 'the payment provider was not available; run again' },
  BLACKOUT: { exitCode: 75, says: 'banks are closed until after the deadline of this run; run again' },
  DEADLINE: { exitCode: 75, says: 'the time of this run was up; run again' },
  INTERRUPTED: { exitCode: 75, says: 'the run was told to stop; run again' },
  LIMIT: { exitCode: 75, says: 'as many charges as allowed were sent, and more are due; run again' },
  MORE_DUE: { exitCode: 75, says: 'something due was put off in this run; run again' },
  LEASE_LOST: { exitCode: 75, says: 'this runner was declared lost; run again' },
  SUSPENDED: { exitCode: 75, says: 'this process slept too long between taking a charge and sending it; run again' },
  DATABASE_LOST: { exitCode: 75, says: 'the database went away; run again' },
  SENT_ELSEWHERE: { exitCode: 75, says: 'charges of a runner that died are not old enough to be judged; run again' },
  LEDGER_OLDER: {
    exitCode: 3,
    says: 'this database is older than the last charge of this machine: compare it with the provider before anything is charged',
  },
  UNKNOWN: { exitCode: 3, says: 'charges whose answer was lost wait for evidence or a person' },
  REFERENCE_MISSING: { exitCode: 3, says: 'approved charges lack the reference of the provider' },
  CONFIG_REJECTED: { exitCode: 3, says: 'the provider rejects our configuration' },
  OVERDUE: { exitCode: 3, says: 'due dates older than billing.catchUpDays were left' },
  DEAD_EVENTS: { exitCode: 3, says: 'refunds or ends of mandates were given up by the outbox' },
} as const;

export type Reason = keyof typeof REASONS;

/** Of several codes, 1 comes before 75, and 75 before 3. */
const WEIGHT = [1, 75, 3];

export const exitCodeOf = (reasons: Iterable<Reason>): number => {
  const codes = new Set([...reasons].map((reason): number => REASONS[reason].exitCode));
  return WEIGHT.find((code) => codes.has(code)) ?? 0;
};

/** The exit code of a run that is to be started again. */
export const INCOMPLETE = REASONS.INTERRUPTED.exitCode;
