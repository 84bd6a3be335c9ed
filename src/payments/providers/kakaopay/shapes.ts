import { z } from 'zod';
import { parseTimestamp } from './korean-time.ts';

/**
 * The answers of KakaoPay, as far as they are read: leniently (unknown fields pass, numeric strings count, what is only
 * shown may be missing or odd) and strictly on what is relied on.
 */

/** Whole won as integer or numeric string; 15 digits always fit a safe integer. */
const won = z.union([
  z.int().min(0),
  z
    .string()
    .regex(/^\d{1,15}$/)
    .transform(Number),
]);

const timestamp = z.string().transform((text, context) => {
  const moment = parseTimestamp(text);
  if (moment) return moment;
  context.addIssue({ code: 'custom', message: 'no timestamp' });
  return z.NEVER;
});

/** May be missing, which `null` is too. */
const optional = <T extends z.ZodType>(schema: T) => schema.nullish().transform((value) => value ?? undefined);

/** For what is shown and never relied on. */
const shown = <T extends z.ZodType>(schema: T) => optional(schema).catch(undefined);

const amount = z.object({
  total: won,
  tax_free: shown(won),
  vat: shown(won),
  point: shown(won),
  discount: shown(won),
});
export type WireAmount = z.infer<typeof amount>;

const identity = {
  tid: z.string().min(1),
  cid: z.string().min(1),
  partner_order_id: z.string(),
};

export const ReadyAnswer = z.object({
  tid: z.string().min(1),
  next_redirect_pc_url: z.string().min(1),
  next_redirect_mobile_url: shown(z.string()),
  next_redirect_app_url: shown(z.string()),
});

/** Of approve and of a recurring charge. */
export const ApprovalAnswer = z.object({
  ...identity,
  aid: shown(z.string()),
  sid: optional(z.string().min(1)),
  partner_user_id: z.string(),
  payment_method_type: shown(z.string()),
  amount,
  card_info: shown(z.object({ kakaopay_issuer_corp: shown(z.string()), issuer_corp: shown(z.string()) })),
  approved_at: timestamp,
});
export type ApprovalAnswer = z.infer<typeof ApprovalAnswer>;

const action = z.object({
  aid: shown(z.string()),
  approved_at: shown(timestamp),
  amount: won,
  payment_action_type: z.string(),
});

export const OrderAnswer = z.object({
  ...identity,
  status: z.string(),
  partner_user_id: z.string(),
  payment_method_type: shown(z.string()),
  item_name: shown(z.string()),
  quantity: shown(won),
  amount,
  canceled_amount: optional(amount),
  cancel_available_amount: optional(amount),
  created_at: shown(timestamp),
  approved_at: optional(timestamp),
  selected_card_info: shown(z.object({ card_corp_name: shown(z.string()) })),
  payment_action_details: optional(z.array(action)),
});
export type OrderAnswer = z.infer<typeof OrderAnswer>;

export const CancelAnswer = z.object({
  ...identity,
  aid: shown(z.string()),
  status: z.enum(['CANCEL_PAYMENT', 'PART_CANCEL_PAYMENT']),
  approved_cancel_amount: amount,
  cancel_available_amount: optional(amount),
  canceled_at: shown(timestamp),
});

export const InactiveAnswer = z.object({
  cid: z.string(),
  sid: z.string(),
  status: z.literal('INACTIVE'),
  inactivated_at: shown(timestamp),
});

export const StatusAnswer = z.object({
  cid: z.string(),
  sid: z.string(),
  available: shown(z.boolean()),
  status: z.string(),
  last_approved_at: optional(timestamp),
});

export type StatusAnswer = z.infer<typeof StatusAnswer>;

const wholeNumber = z.union([
  z.int(),
  z
    .string()
    .regex(/^-?\d{1,9}$/)
    .transform(Number),
]);

/** `{error_code, error_message, extras?}`, or `{code, msg, extras?}` of the older API. */
export const ErrorAnswer = z
  .object({
    error_code: shown(wholeNumber),
    code: shown(wholeNumber),
    error_message: shown(z.string()),
    msg: shown(z.string()),
    extras: shown(
      z.object({
        // A card's code is four digits; as a number it has lost its zeros.
        method_result_code: z.union([z.string(), z.int().transform((code) => String(code).padStart(4, '0'))]),
        method_result_message: shown(z.string()),
      }),
    ),
  })
  .refine(({ error_code, code }) => typeof (error_code ?? code) === 'number');
