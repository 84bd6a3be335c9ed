import { z } from 'zod';
import { readDuration } from '../duration.ts';
import { isKnownCode, METHOD_REFUSALS } from '../kakaopay/errors.ts';
import { LATENCY_FORMS, readLatency } from '../latency.ts';
import { CURVE_FORM, readCurve } from './ramp.ts';
import { worded } from './worded.ts';

/** What a fault does to a call; rules.ts describes each of them. */

const latency = worded(readLatency, `must be one of ${LATENCY_FORMS}`);
/** A length in real time. */
export const duration = worded(readDuration, 'must be a duration such as 500ms, 30s or 5m');
const curve = worded(readCurve, `must be a curve such as ${CURVE_FORM}`);
const seconds = z.int().min(-86_400_000).max(86_400_000);
/** Whatever is answered may be held back before it is. */
const held = { wait: latency.optional() };
const SERVER_ERRORS = [500, 502, 503, 504] as const;
const serverError = z.literal([...SERVER_ERRORS], { error: `must be one of ${SERVER_ERRORS.join(', ')}` });

const WITNESSES = ['correct', 'stale', 'late', 'shifted', 'missing', 'stranger'] as const;
const NEED_SECONDS: readonly string[] = ['late', 'shifted'];

/** How `status` tells of a mandate's last approval. */
export const Witness = z
  .strictObject({ mode: z.enum(WITNESSES), seconds: seconds.optional() })
  .refine(({ mode, seconds: by }) => by !== undefined || !NEED_SECONDS.includes(mode), {
    path: ['seconds'],
    error: `needed with ${NEED_SECONDS.join(' and ')}`,
  });
export type Witness = z.infer<typeof Witness>;

const Decline = z
  .strictObject({
    kind: z.literal('decline'),
    code: z.int().optional(),
    unlisted: z.literal(true).optional(),
    result: z.string().min(1).max(100).optional(),
    message: z.string().min(1).max(200).optional(),
    status: z.int().min(400).max(599).optional(),
    form: z.enum(['current', 'older']).optional(),
    ...held,
  })
  .refine(({ code, result }) => code !== undefined || result !== undefined, {
    path: ['code'],
    error: 'needed unless result is given',
  })
  .refine(({ code, unlisted }) => code === undefined || unlisted || isKnownCode(code), {
    path: ['code'],
    error: 'must be a code of KakaoPay, such as -782, or come with unlisted',
  })
  .refine(({ code, result }) => result === undefined || code === undefined || METHOD_REFUSALS.includes(code), {
    path: ['result'],
    error: `goes with ${METHOD_REFUSALS.join(', ')} only`,
  });

const Balance = z
  .strictObject({ kind: z.literal('balance'), reportedBy: z.int().optional(), unchecked: z.literal(true).optional() })
  .refine(({ reportedBy, unchecked }) => reportedBy !== undefined || unchecked, {
    path: ['reportedBy'],
    error: 'needed unless unchecked is given',
  });

const GARBAGE = [
  'broken_json',
  'html',
  'empty',
  'missing_field',
  'other_field',
  'other_amount',
  'other_order_id',
  'strings',
  'redirect',
  'huge',
  'trickle',
] as const;
const NEED_FIELD: readonly string[] = ['missing_field', 'other_field'];

const Garbage = z
  .strictObject({
    kind: z.literal('garbage'),
    form: z.enum(GARBAGE),
    field: z.string().min(1).max(100).optional(),
    executes: z.boolean().default(true),
    ...held,
  })
  .refine(({ form, field }) => field !== undefined || !NEED_FIELD.includes(form), {
    path: ['field'],
    error: `needed with ${NEED_FIELD.join(' and ')}`,
  });
export type Garbage = z.infer<typeof Garbage>;

const Refuse = z
  .strictObject({ kind: z.literal('refuse'), mode: z.enum(['closed', 'silent']), for: duration.optional() })
  .refine(({ mode, for: forMs }) => (mode === 'closed') === (forMs !== undefined), {
    path: ['for'],
    error: 'needed with the mode closed, for a closed port cannot be told to open; not with silent',
  });

const Lookup = z
  .strictObject({
    kind: z.literal('lookup'),
    mode: z.enum(['lag', 'in_progress', 'not_found', 'error']),
    seconds: seconds.min(0).optional(),
    status: serverError.optional(),
    ...held,
  })
  .refine(({ mode, seconds: by }) => (mode === 'lag') === (by !== undefined), {
    path: ['seconds'],
    error: 'needed with the mode lag, and with no other',
  });

/** What may also happen by chance that grows and falls with time. */
const Failing = z.discriminatedUnion(
  'kind',
  [
    z.strictObject({ kind: z.literal('delay'), wait: latency, when: z.enum(['before', 'after']).default('after') }),
    z.strictObject({
      kind: z.literal('commit_drop'),
      at: z.enum(['before_head', 'in_head', 'in_body']).default('before_head'),
      ...held,
    }),
    z.strictObject({
      kind: z.literal('drop'),
      when: z.enum(['before_reading', 'after_reading']).default('after_reading'),
      ...held,
    }),
    z.strictObject({
      kind: z.literal('commit_code'),
      code: z.literal([-785, ...SERVER_ERRORS], { error: `must be one of -785, ${SERVER_ERRORS.join(', ')}` }),
      ...held,
    }),
    z.strictObject({ kind: z.literal('fail'), status: serverError.default(500), ...held }),
    Decline,
    Garbage,
    z.strictObject({
      kind: z.literal('throttle'),
      retryAfterSeconds: z.int().min(0).max(86_400).optional(),
      ...held,
    }),
    z.strictObject({ kind: z.literal('maintenance'), result: z.literal('UNDER_CONSTRUCTION').optional(), ...held }),
  ],
  { error: unknownEffect },
);
export type Failing = z.infer<typeof Failing>;

export const Effect = z.discriminatedUnion(
  'kind',
  [
    ...Failing.options,
    z.strictObject({ kind: z.literal('witness'), ...Witness.shape }).refine(needsSeconds, {
      path: ['seconds'],
      error: `needed with ${NEED_SECONDS.join(' and ')}`,
    }),
    z.strictObject({ kind: z.literal('expire') }),
    Balance,
    Refuse,
    z.strictObject({
      kind: z.literal('ramp'),
      curve,
      shape: z.enum(['line', 'steps']).default('line'),
      effect: Failing,
    }),
    z.strictObject({ kind: z.literal('skew'), seconds }),
    z.strictObject({ kind: z.literal('revoke') }),
    Lookup,
  ],
  { error: unknownEffect },
);
export type Effect = z.infer<typeof Effect>;
export type EffectOf<Kind extends Effect['kind']> = Extract<Effect, { kind: Kind }>;

function needsSeconds({ mode, seconds: by }: { mode: string; seconds?: number | undefined }): boolean {
  return by !== undefined || !NEED_SECONDS.includes(mode);
}

function unknownEffect({ input, ...issue }: { input?: unknown }): string {
  const known = 'options' in issue && Array.isArray(issue.options) ? issue.options.join(', ') : '';
  return `unknown effect ${String((Object(input) as { kind?: unknown }).kind)}; it must be one of ${known}`;
}
