import { z } from 'zod';

const whole = z.int().min(0);

export const RECONCILE_CHECKS = {
  R1: 'payments and refunds in doubt',
  R2: 'approved payments against the provider',
  R4: 'rules that the books keep',
  R7: 'refunds against their payments and the provider',
  R8: 'the ledger of the sandbox against the books',
  RESTORE: 'mandates of what is due, charged after the backup was made',
} as const;

export type ReconcileCheck = keyof typeof RECONCILE_CHECKS;

const checks = Object.keys(RECONCILE_CHECKS) as [ReconcileCheck, ...ReconcileCheck[]];

const Difference = z.strictObject({
  check: z.enum(checks),
  kind: z.string(),
  table: z.string(),
  /** The row as a person can name it. */
  id: z.string(),
  says: z.string(),
  /** A person was called for it just now; where not, somebody was before, or nothing is written in this run. */
  raised: z.boolean(),
});

/** The document `pillivery bill reconcile --json` prints; fields are only ever added within a version. */
export const ReconcileDocument = z.strictObject({
  schema: z.literal('pillivery.reconcile/1'),
  from: z.iso.date(),
  to: z.iso.date(),
  timeZone: z.string(),
  dryRun: z.boolean(),
  outcome: z.enum(['clean', 'differences', 'incomplete']),
  exitCode: z.union([z.literal(0), z.literal(3), z.literal(75)]),
  checks: z.array(z.strictObject({ check: z.enum(checks), looksAt: z.string(), examined: whole, differences: whole })),
  /** What was done by hand, first of all. */
  acts: z.array(
    z.strictObject({
      act: z.enum(['resolve', 'attach', 'accept-unmoved', 'after-restore']),
      id: z.string(),
      result: z.enum(['done', 'would-be-done', 'refused']),
      says: z.string(),
    }),
  ),
  /** What was in doubt and has been found out: the first thousand. */
  settled: z.array(z.strictObject({ id: z.string(), from: z.string(), to: z.string() })),
  /** The first thousand; the checks count them all. */
  differences: z.array(Difference),
  /** What the provider had no usable answer for; the first hundred. */
  notCompared: z.strictObject({
    count: whole,
    first: z.array(z.strictObject({ check: z.enum(checks), id: z.string(), why: z.string() })),
  }),
  /** Why the comparison is not whole; run it again. */
  incomplete: z.array(z.string()),
  /** Only with an audit: what the sandbox executed and what we booked. */
  audit: z.strictObject({ charges: whole, amount: whole, refunds: whole, approved: whole }).nullable(),
});

export type ReconcileDocument = z.infer<typeof ReconcileDocument>;
export type ReconcileDifference = z.infer<typeof Difference>;
export type Act = ReconcileDocument['acts'][number];
