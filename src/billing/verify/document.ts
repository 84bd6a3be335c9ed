import { z } from 'zod';
import { CHECKS, type CheckName } from './check.ts';

const whole = z.int().min(0);
const names = Object.keys(CHECKS) as [CheckName, ...CheckName[]];

/** The document `pillivery verify --json` prints; fields are only ever added within a version. */
export const VerifyDocument = z.strictObject({
  schema: z.literal('pillivery.verify/1'),
  startedAt: z.string(),
  seconds: z.number(),
  exitCode: z.union([z.literal(0), z.literal(3)]),
  checks: z.array(z.strictObject({ check: z.enum(names), holds: z.string(), breaches: whole })),
  /** The first thousand rows that break an invariant; the checks count them all. */
  breaches: z.array(z.strictObject({ check: z.enum(names), table: z.string(), id: z.string(), says: z.string() })),
});

export type VerifyDocument = z.infer<typeof VerifyDocument>;
