import { z } from 'zod';
import { readDuration, readShare } from '../duration.ts';
import { hashOf } from '../kakaopay/mandates.ts';
import { OPS } from '../facts.ts';
import { Effect } from './effects.ts';
import { worded } from './worded.ts';

/*
 * The rules of the sandbox's faults (payments.md 8.4), as `POST /sandbox/faults` and `sandbox.addFault` take them:
 *
 *   { "id": "lost", "match": { "op": "subscription", "every": 20 }, "effect": { "kind": "commit_drop" }, "times": 3 }
 *
 * `id` is made up when it is left out; `times` ends a rule after so many calls. The first rule that matches wins. A call
 * that strict checking refuses meets no rule but the two that act before it is read (`drop` before_reading, `refuse`).
 *
 * match, all of it optional and all of it needed:
 *   provider     "KAKAOPAY"
 *   op           "ready" "approve" "order" "cancel" "subscription" "inactive" "status", or a list of them
 *   sid          a SID, or its SHA-256 as in the ledger; it is never shown again
 *   customer     partner_user_id;  orderRef: partner_order_id; of a tid or SID where the call itself does not name them
 *   amountMod    { "divisor": 10, "remainder": 3 } of the amount that the call moves
 *   nth, every   only the nth of the calls that match otherwise, or each so-manieth of them
 *   probability  0.2 or "20%", drawn from the seed and what the call itself says, never from the order of arrival
 *   from, until  a moment ("2026-11-24T12:00:00+09:00") or a time after the rule was set ("30s"), by the sandbox's clock
 *
 * effect, by its kind; WAIT is one of 200, "200ms", "5s", "uniform:50-400", "p50=120,p99=900":
 *   S1  { kind: "delay", wait: WAIT, when?: "before" | "after" }   before or after committing ("after")
 *   S2  { kind: "commit_drop", at?: "before_head" | "in_head" | "in_body", wait? }   executes, then hangs up
 *   S3  { kind: "drop", when?: "after_reading" | "before_reading", wait? }   hangs up without executing
 *   S4  { kind: "commit_code", code: -785 | 500 | 502 | 503 | 504, wait? }   executes, then answers an error
 *   S5  { kind: "fail", status?: 500 | 502 | 503 | 504, wait? }   answers 5xx without executing
 *   S6  { kind: "decline", code?: -782, result?: "LACK_BALANCE", message?, status?, form?: "older", unlisted?: true, wait? }
 *       any code of 2.9 without executing, or with `unlisted` any other; a result without a code comes with the code that
 *       the call refuses by (-780, -781, -782)
 *   S7  { kind: "witness", mode: "correct" | "stale" | "late" | "shifted" | "missing" | "stranger", seconds? }   how
 *       `status` tells of last_approved_at: as it was when the rule was set, seen N s late, N s off, not at all, or moved
 *       to N s ago (0) by somebody else's charge
 *   S8  { kind: "expire" }   the tid's window is over
 *   S9  { kind: "balance", reportedBy?: -1000, unchecked?: true }   cancel_available_amount told wrongly by so much, or
 *       not compared
 *   S12 { kind: "garbage", form: "broken_json" | "html" | "empty" | "missing_field" | "other_field" | "other_amount" |
 *         "other_order_id" | "strings" | "redirect" | "huge" | "trickle", field?: "amount.total", executes?: true, wait? }
 *       `missing_field` and `other_field` name the field; `huge` is 2 MiB, `trickle` one byte per second
 *   S13 { kind: "throttle", retryAfterSeconds?, wait? }   429 with -429;
 *       { kind: "maintenance", result?: "UNDER_CONSTRUCTION", wait? }   503 with -503, or said by the payment method
 *   S14 { kind: "refuse", mode: "closed", for: "5s" }   nobody listens for so long; matches by `from` only
 *       { kind: "refuse", mode: "silent" }   connections are taken and never read, until the rule ends
 *       A TLS failure needs no rule: call this plain-HTTP port by https and every handshake fails before a byte is read.
 *   S15 { kind: "ramp", curve: "0%:0s,75%:5m,75%:15m,0%:20m", shape?: "line" | "steps", effect: one of S1-S6, S12, S13 }
 *   S16 { kind: "skew", seconds }   all timestamps of the answer off by so much
 *   S17 { kind: "revoke" }   the customer has deactivated the mandate, at `from` or when the rule was set
 *   S18 { kind: "lookup", mode: "lag" | "in_progress" | "not_found" | "error", seconds?, status?, wait? }   `order` tells
 *       what was true N s ago, that the payment is not finished, that there is none (404), or 5xx
 *
 * S10 and S11 (idempotency, webhook) belong to Toss Payments and come with it.
 */

/** A moment, or a time after the rule was set. */
export type When = { readonly afterMs: number } | { readonly at: Date };

const when = worded(readWhen, 'must be a moment with its offset, or a duration such as 30s');

function readWhen(text: string): When | undefined {
  const afterMs = readDuration(text);
  if (afterMs !== undefined) return { afterMs };
  return z.iso.datetime({ offset: true }).safeParse(text).success ? { at: new Date(text) } : undefined;
}

const share = worded(readShare, 'must be a share such as 0.2 or 20%');
const op = z.enum(OPS);
const HASH = /^[0-9a-f]{64}$/;

const Match = z.strictObject({
  provider: z
    .string()
    .transform((name) => name.toUpperCase())
    .pipe(z.literal('KAKAOPAY', { error: 'must be KAKAOPAY, the only provider so far' }))
    .optional(),
  op: z
    .union([op, z.array(op).min(1)], { error: `must be one or a list of ${OPS.join(', ')}` })
    .transform((ops) => (Array.isArray(ops) ? ops : [ops]))
    .optional(),
  sid: z
    .string()
    .min(1)
    .max(64)
    .transform((sid) => (HASH.test(sid) ? sid : hashOf(sid)))
    .optional(),
  customer: z.string().min(1).max(100).optional(),
  orderRef: z.string().min(1).max(100).optional(),
  amountMod: z.strictObject({ divisor: z.int().min(1), remainder: z.int().min(0) }).optional(),
  nth: z.int().min(1).optional(),
  every: z.int().min(1).optional(),
  probability: share.optional(),
  from: when.optional(),
  until: when.optional(),
});
export type Match = z.infer<typeof Match>;

/** What is known of a call before it is read: enough for the faults that never read it. */
const KNOWN_EARLY: readonly string[] = ['provider', 'op', 'nth', 'every', 'from', 'until'];

export const isEarly = (effect: Effect): boolean =>
  (effect.kind === 'drop' && effect.when === 'before_reading') || effect.kind === 'refuse';

export const FaultRule = z
  .strictObject({
    id: z
      .string()
      .regex(/^[\w.-]{1,40}$/, { error: 'must be up to 40 letters, digits, dots, dashes or underscores' })
      .optional(),
    match: Match.default({}),
    effect: Effect,
    times: z.int().min(1).max(1_000_000_000).optional(),
  })
  .superRefine(({ match, effect }, context) => {
    const allowed = effect.kind === 'refuse' && effect.mode === 'closed' ? ['from'] : KNOWN_EARLY;
    const field = isEarly(effect) ? Object.keys(match).find((key) => !allowed.includes(key)) : undefined;
    if (field === undefined) return;
    context.addIssue({ code: 'custom', path: ['match', field], message: 'is not known yet when this effect acts' });
  })
  .superRefine(({ effect }, context) => {
    if (effect.kind !== 'ramp' || !isEarly(effect.effect)) return;
    context.addIssue({
      code: 'custom',
      path: ['effect', 'effect', 'when'],
      message: 'must be after_reading in a ramp, whose chance depends on what is read',
    });
  });
export type FaultRule = z.infer<typeof FaultRule>;
/** A rule as it is written down: in JSON, in a file, in a test. */
export type FaultRuleInput = z.input<typeof FaultRule>;
