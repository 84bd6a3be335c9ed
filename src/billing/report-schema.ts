import { z } from 'zod';
import { STEPS } from './counters.ts';

const whole = z.int().min(0);

export const counters = {
  selected: whole,
  approved: whole,
  declinedSoft: whole,
  declinedHard: whole,
  unknown: whole,
  notCharged: whole,
  skipped: whole,
  held: whole,
  fenced: whole,
  left: whole,
  cancelled: whole,
  amountApproved: whole,
};

const Need = z.strictObject({
  attemptId: z.string(),
  reason: z.string(),
  subscriptionId: z.string().nullable(),
  cycle: whole.nullable(),
  amount: whole,
  sentAt: z.string().nullable(),
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
  startedAt: z.iso.datetime(),
  endedAt: z.iso.datetime(),
  seconds: z.number(),
  steps: z.array(z.strictObject({ step: z.enum(STEPS), ...counters })),
  totals: z.strictObject(counters),
  codes: z.array(
    z.strictObject({ provider: z.string(), code: z.string(), group: z.string().nullable(), count: whole }),
  ),
  /** What earlier runs had left in doubt and this start has found out. */
  recovered: z.strictObject({
    spool: whole,
    resolvedApproved: whole,
    resolvedNotCharged: whole,
    /** Paused subscriptions whose day of resuming had come. */
    resumed: whole,
  }),
  /** Charges whose answer is not known, of this and earlier runs. They are never sent again. */
  unknown: z.strictObject({ count: whole, first: z.array(Need) }),
  overdueBeyondCatchUp: z.strictObject({
    count: whole,
    first: z.array(z.strictObject({ subscriptionId: z.string(), dueOn: z.string() })),
  }),
  /** The first hundred attempts that wait for evidence or a person. */
  needsOperator: z.array(Need),
  /** Due dates passed over because a charge came too late for them; told to the customers, not charged. */
  periodsMissed: whole,
  /** Only in a dry run: why something due would not be charged, the first hundred. */
  wouldNotCharge: z.array(z.strictObject({ subscriptionId: z.string(), dueOn: z.string(), reason: z.string() })),
  performance: z.strictObject({
    charges: whole,
    perSecond: z.number(),
    wireUtilisation: z.number(),
    p50Ms: z.number(),
    p99Ms: z.number(),
    peakRssMb: z.number(),
    breakerOpenedTimes: whole,
    breakerWaitSeconds: z.number(),
  }),
  /** Runners that have worked on this date. */
  runners: whole,
});

export type BillReport = z.infer<typeof BillReportSchema>;
