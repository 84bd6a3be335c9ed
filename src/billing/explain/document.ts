import { z } from 'zod';

const Entry = z.strictObject({
  at: z.string(),
  kind: z.enum(['subscription', 'order', 'cycle', 'attempt', 'refund', 'notice']),
  /** What it is about: an order number, a public id, or the number of a cycle. */
  about: z.string(),
  what: z.string(),
  /** What proves it, where something does; no secrets. */
  evidence: z.record(z.string(), z.unknown()).nullable(),
});

/** The document `pillivery bill explain --json` prints; fields are only ever added within a version. */
export const ExplainDocument = z.strictObject({
  schema: z.literal('pillivery.bill-explain/1'),
  about: z.enum(['subscription', 'order', 'attempt']),
  reference: z.string(),
  timeZone: z.string(),
  facts: z.array(z.strictObject({ name: z.string(), value: z.string() })),
  /** In the order in which it happened. */
  story: z.array(Entry),
  /** Why it was or was not charged, and what happens next on which date. */
  conclusion: z.string(),
});

export type ExplainDocument = z.infer<typeof ExplainDocument>;
export type StoryEntry = z.infer<typeof Entry>;
