import { z } from 'zod';
import type { ChargeOutcome } from '../payments/index.ts';
import type { Overdue, InDoubt } from './due.ts';

/** Why a run did not end with everything settled, in the order in which the exit code is decided. */
const REASONS = {
  BUG: { exitCode: 1, says: 'an unexpected error happened; see the log' },
  PROVIDER_DOWN: { exitCode: 75, says: 'the payment provider was not available; run again' },
  INTERRUPTED: { exitCode: 75, says: 'the run was told to stop; run again' },
  LEASE_LOST: { exitCode: 75, says: 'another runner took over; run again' },
  DATABASE_LOST: { exitCode: 75, says: 'the database went away; run again' },
  SENT_ELSEWHERE: { exitCode: 75, says: 'charges of a runner that died are not old enough to be judged; run again' },
  LEDGER_OLDER: {
    exitCode: 3,
    says: 'this database is older than the last charge of this machine: compare it with the provider before anything is charged',
  },
  UNKNOWN: { exitCode: 3, says: 'charges whose answer was lost wait for a person' },
  CONFIG_REJECTED: { exitCode: 3, says: 'the provider rejects our configuration' },
  WITHOUT_METHOD: { exitCode: 3, says: 'subscriptions without a usable payment method are due' },
  OVERDUE: { exitCode: 3, says: 'due dates older than billing.catchUpDays were left' },
} as const;

export type Reason = keyof typeof REASONS;

/** Counters of one run; each selected cycle ends in exactly one of them. */
export interface Counters {
  selected: number;
  approved: number;
  amountApproved: number;
  declinedSoft: number;
  declinedHard: number;
  unknown: number;
  notCharged: number;
  skipped: number;
  withoutMethod: number;
  /** Left for a later run because another charge on the mandate or customer is in doubt. */
  fenced: number;
  /** Closed without a call: cancelled, changed or paid since. */
  closed: number;
  /** Attempts of a dead runner that this one took over. */
  adopted: number;
  /** Attempts created and not sent when the run stopped. */
  left: number;
}

export const noCounts = (): Counters => ({
  selected: 0,
  approved: 0,
  amountApproved: 0,
  declinedSoft: 0,
  declinedHard: 0,
  unknown: 0,
  notCharged: 0,
  skipped: 0,
  withoutMethod: 0,
  fenced: 0,
  closed: 0,
  adopted: 0,
  left: 0,
});

const whole = z.int().min(0);
const Totals = z.strictObject({
  selected: whole,
  approved: whole,
  amountApproved: whole,
  declinedSoft: whole,
  declinedHard: whole,
  unknown: whole,
  notCharged: whole,
  skipped: whole,
  withoutMethod: whole,
  fenced: whole,
  closed: whole,
  adopted: whole,
  left: whole,
});
const Doubtful = z.strictObject({
  count: whole,
  first: z.array(
    z.strictObject({
      attemptId: z.string(),
      subscriptionId: z.string().nullable(),
      cycle: whole.nullable(),
      amount: whole,
      sentAt: z.string().nullable(),
    }),
  ),
});

/** The document `pillivery bill --json` prints; fields are only ever added within a version. */
export const BillReportSchema = z.strictObject({
  schema: z.literal('pillivery.bill/1'),
  businessDate: z.iso.date(),
  timeZone: z.string(),
  runId: z.string().nullable(),
  runnerId: z.string().nullable(),
  dryRun: z.boolean(),
  outcome: z.enum(['completed', 'incomplete', 'needs-operator', 'failed']),
  exitCode: whole,
  reasons: z.array(z.string()),
  startedAt: z.string(),
  endedAt: z.string(),
  seconds: z.number(),
  totals: Totals,
  codes: z.array(z.strictObject({ code: z.string(), group: z.string().nullable(), count: whole })),
  /** Charges whose answer is not known, of this and earlier runs. They are never sent again. */
  unknown: Doubtful,
  overdueBeyondCatchUp: z.strictObject({
    count: whole,
    first: z.array(z.strictObject({ subscriptionId: z.string(), dueOn: z.string() })),
  }),
  performance: z.strictObject({ charges: whole, perSecond: z.number() }),
});

export type BillReport = z.infer<typeof BillReportSchema>;

/** A refusal's code, how it was classed, and how often it came; the commonest fifty are kept. */
export interface CodeCount {
  code: string;
  group: string | null;
  count: number;
}

const MOST_CODES = 50;

export function countCode(codes: Map<string, CodeCount>, outcome: ChargeOutcome): void {
  if (!('codes' in outcome) || !outcome.codes) return;
  const { code } = outcome.codes;
  const known = codes.get(code);
  if (known) known.count += 1;
  else if (codes.size < MOST_CODES)
    codes.set(code, { code, group: 'group' in outcome ? outcome.group : null, count: 1 });
}

export interface Facts {
  date: string;
  timeZone: string;
  runId: string | null;
  runnerId: string | null;
  dryRun: boolean;
  startedAt: Date;
  endedAt: Date;
  counters: Counters;
  codes: Map<string, CodeCount>;
  reasons: Set<Reason>;
  unknown: { count: number; first: InDoubt[] };
  overdue: Overdue;
  /** How long calls to the provider went on. */
  chargingSeconds: number;
}

/** Of several codes, 1 comes before 75, and 75 before 3. */
const WEIGHT = [1, 75, 3];

export function composeReport(facts: Facts): BillReport {
  const reasons = [...facts.reasons];
  const exitCode = WEIGHT.find((code) => reasons.some((reason) => REASONS[reason].exitCode === code)) ?? 0;
  const { counters } = facts;
  const charges =
    counters.approved + counters.declinedSoft + counters.declinedHard + counters.unknown + counters.notCharged;
  return {
    schema: 'pillivery.bill/1',
    businessDate: facts.date,
    timeZone: facts.timeZone,
    runId: facts.runId,
    runnerId: facts.runnerId,
    dryRun: facts.dryRun,
    outcome: outcomeOf(exitCode),
    exitCode,
    reasons,
    startedAt: facts.startedAt.toISOString(),
    endedAt: facts.endedAt.toISOString(),
    seconds: rounded((facts.endedAt.getTime() - facts.startedAt.getTime()) / 1_000),
    totals: counters,
    codes: [...facts.codes.values()].toSorted((a, b) => b.count - a.count),
    unknown: facts.unknown,
    overdueBeyondCatchUp: facts.overdue,
    performance: {
      charges,
      perSecond: facts.chargingSeconds > 0 ? rounded(charges / facts.chargingSeconds) : 0,
    },
  };
}

const outcomeOf = (exitCode: number): BillReport['outcome'] =>
  exitCode === 0 ? 'completed' : exitCode === 3 ? 'needs-operator' : exitCode === 75 ? 'incomplete' : 'failed';

const rounded = (value: number): number => Math.round(value * 100) / 100;

const won = (amount: number): string => `${amount.toLocaleString('en-US')} won`;

/** The report as a person reads it. */
export function describeReport(report: BillReport): string {
  const { totals } = report;
  const lines = [
    `${report.dryRun ? 'dry run of' : 'billed'} ${report.businessDate}: ${totals.selected} due, ${totals.approved} ${report.dryRun ? 'would be charged' : 'approved'}, ${won(totals.amountApproved)}`,
    ...counted(totals.declinedSoft + totals.declinedHard, 'declined (subscription past due)'),
    ...counted(totals.notCharged, 'certainly not charged, taken again by the next run'),
    ...counted(totals.skipped, 'passed over, item sold out'),
    ...counted(totals.withoutMethod, 'without a usable payment method'),
    ...counted(totals.fenced, 'left, another charge of the customer is in doubt'),
    ...counted(totals.closed, 'closed without a call'),
    ...counted(totals.adopted, 'taken over from a runner that died'),
    ...counted(totals.left, 'not sent when the run stopped'),
    ...counted(report.overdueBeyondCatchUp.count, 'due longer ago than billing.catchUpDays, left'),
    ...counted(report.unknown.count, 'unknown: money may have moved, never sent again'),
    ...report.unknown.first.map(({ attemptId, amount, sentAt }) => `    ${attemptId}  ${won(amount)}  sent ${sentAt}`),
    ...report.codes.map(({ code, group, count }) => `    ${count} × ${code}${group ? ` ${group}` : ''}`),
    ...report.reasons.map((reason) => `  ${reason}: ${REASONS[reason as Reason].says}`),
    `${report.outcome} in ${report.seconds} s`,
  ];
  return lines.join('\n');
}

const counted = (count: number, what: string): string[] => (count > 0 ? [`  ${count} ${what}`] : []);
