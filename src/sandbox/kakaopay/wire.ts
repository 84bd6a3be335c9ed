import { z } from 'zod';

/** Length and range limits of payments.md 2.3 and 2.5 to 2.8. */
const text = (max: number) => z.string().min(1).max(max);
const optionalText = (max: number) => z.string().max(max).optional();

/** Numbers come as JSON integers or as numeric strings; 15 digits always fit a safe integer. */
const integer = z.union(
  [
    z.int(),
    z
      .string()
      .regex(/^-?\d{1,15}$/)
      .transform(Number),
  ],
  { error: 'must be an integer' },
);
const integerBetween = (min: number, max: number) => integer.pipe(z.int().min(min).max(max));

const returnUrl = z.string().max(255).refine(isWebUrl, { error: 'must be an http or https URL' });

const CARDS = [
  'SHINHAN',
  'KB',
  'HYUNDAI',
  'LOTTE',
  'SAMSUNG',
  'NH',
  'BC',
  'HANA',
  'CITI',
  'KAKAOBANK',
  'KAKAOPAY',
  'WOORIONLY',
] as const;

export const METHODS = ['MONEY', 'CARD'] as const;
export type Method = (typeof METHODS)[number];

const merchant = { cid: text(10), cid_secret: optionalText(24) };
const parties = { partner_order_id: text(100), partner_user_id: text(100) };
const purchase = {
  item_name: text(100),
  item_code: optionalText(100),
  quantity: integerBetween(1, Number.MAX_SAFE_INTEGER),
  total_amount: integer,
  tax_free_amount: integer,
  vat_amount: integer.optional(),
};

/** A request as strict checking wants it, and as a provider that does not care for unknown fields takes it. */
export interface RequestForm<T> {
  readonly strict: z.ZodType<T>;
  readonly lenient: z.ZodType<T>;
}

const form = <Shape extends z.ZodRawShape>(shape: Shape) => ({
  strict: z.strictObject(shape),
  lenient: z.object(shape),
});

export const ReadyRequest = form({
  ...merchant,
  ...parties,
  ...purchase,
  approval_url: returnUrl,
  cancel_url: returnUrl,
  fail_url: returnUrl,
  payment_method_type: z.enum(METHODS).optional(),
  available_cards: z.array(z.enum(CARDS)).optional(),
  install_month: integerBetween(0, 12).optional(),
  green_deposit: integer.optional(),
  use_share_installment: z.enum(['Y', 'N']).optional(),
  custom_json: z.record(z.string(), z.string()).optional(),
});
export type ReadyRequest = z.infer<typeof ReadyRequest.strict>;

export const ApproveRequest = form({
  ...merchant,
  ...parties,
  tid: text(20),
  pg_token: text(255),
  total_amount: integer.optional(),
  payload: optionalText(200),
});
export type ApproveRequest = z.infer<typeof ApproveRequest.strict>;

export const OrderRequest = form({ ...merchant, tid: text(20) });
export type OrderRequest = z.infer<typeof OrderRequest.strict>;

export const CancelRequest = form({
  ...merchant,
  tid: text(20),
  cancel_amount: integer,
  cancel_tax_free_amount: integer,
  cancel_vat_amount: integer.optional(),
  cancel_available_amount: integer.optional(),
  payload: optionalText(200),
});
export type CancelRequest = z.infer<typeof CancelRequest.strict>;

export const SubscriptionRequest = form({
  ...merchant,
  ...parties,
  ...purchase,
  sid: text(20),
  payload: optionalText(200),
});
export type SubscriptionRequest = z.infer<typeof SubscriptionRequest.strict>;

export const SidRequest = form({ ...merchant, sid: text(20) });
export type SidRequest = z.infer<typeof SidRequest.strict>;

function isWebUrl(value: string): boolean {
  return ['http:', 'https:'].includes(URL.parse(value)?.protocol ?? '');
}
