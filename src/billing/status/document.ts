import { z } from 'zod';
import { OPERATOR_REASONS } from '../../schema.ts';
import { counters } from '../report-schema.ts';

const whole = z.int().min(0);
const time = z.string();

const Run = z.strictObject({
  businessDate: z.iso.date(),
  status: z.enum(['RUNNING', 'INCOMPLETE', 'COMPLETED']),
  /** How its last runner left; null while one is at work, or when it died. */
  exitCode: whole.nullable(),
  startedAt: time,
  completedAt: time.nullable(),
  /** Of the last runner that ended. */
  seconds: z.number().nullable(),
  /** What all its runners have counted. */
  totals: z.strictObject(counters),
  runners: whole,
});

const LiveRunner = z.strictObject({
  runnerId: z.string(),
  businessDate: z.iso.date(),
  host: z.string(),
  pid: whole,
  version: z.string(),
  status: z.enum(['RUNNING', 'DRAINING']),
  step: z.string().nullable(),
  startedAt: time,
  heartbeatAt: time,
  heartbeatAgeSeconds: whole,
  leaseUntil: time,
  /** Its lease is over: it counts as dead, and the next start says so. */
  isOverdue: z.boolean(),
  selected: whole,
  approved: whole,
});

/** The document `pillivery bill status --json` prints; fields are only ever added within a version. */
export const StatusDocument = z.strictObject({
  schema: z.literal('pillivery.bill-status/1'),
  at: time,
  timeZone: z.string(),
  today: z.iso.date(),
  /** Newest business date first. */
  runs: z.array(Run),
  runners: z.array(LiveRunner),
  /** Payments whose answer is not known, by the time since they were sent. */
  unknown: z.strictObject({
    count: whole,
    amount: whole,
    oldestSentAt: time.nullable(),
    byAge: z.array(z.strictObject({ age: z.string(), count: whole })),
  }),
  /** What waits for a person. */
  operator: z.strictObject({
    attempts: z.array(z.strictObject({ reason: z.enum(OPERATOR_REASONS).nullable(), count: whole })),
    refunds: whole,
    deadCommands: whole,
    overdueBeyondCatchUp: whole,
    /** The database lacks the last charge of this machine: nothing is charged before it has been compared. */
    ledgerOlder: z.boolean(),
  }),
  /** Open cycles by the step where they stand; those that wait for a payment method or are paused apart. */
  openCycles: z.array(z.strictObject({ step: whole, waiting: whole, needsMethod: whole, paused: whole })),
  /** What falls due on the next seven days; the first counts what was left of earlier days too. */
  due: z.array(z.strictObject({ date: z.iso.date(), renewals: whole, retries: whole })),
  health: z.strictObject({
    exitCode: z.union([z.literal(0), z.literal(3), z.literal(75)]),
    problems: z.array(z.strictObject({ exitCode: z.union([z.literal(3), z.literal(75)]), says: z.string() })),
  }),
});

export type StatusDocument = z.infer<typeof StatusDocument>;
