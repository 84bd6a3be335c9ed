import { z } from 'zod';

/** Length and range limits of payments.md 2.3, 2.5, 2.6 and 2.8. */
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

export const ReadyRequest = z.strictObject({
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
export type ReadyRequest = z.infer<typeof ReadyRequest>;

export const ApproveRequest = z.strictObject({
  ...merchant,
  ...parties,
  tid: text(20),
  pg_token: text(255),
  total_amount: integer.optional(),
  payload: optionalText(200),
});
export type ApproveRequest = z.infer<typeof ApproveRequest>;

export const OrderRequest = z.strictObject({ ...merchant, tid: text(20) });
export type OrderRequest = z.infer<typeof OrderRequest>;

export const SubscriptionRequest = z.strictObject({
  ...merchant,
  ...parties,
  ...purchase,
  sid: text(20),
  payload: optionalText(200),
});
export type SubscriptionRequest = z.infer<typeof SubscriptionRequest>;

function isWebUrl(value: string): boolean {
  return ['http:', 'https:'].includes(URL.parse(value)?.protocol ?? '');
}

/** What is wrong with a body in one line that names the field and never its value. */
export function describeProblem({ issues }: z.ZodError, body: unknown): string {
  const [issue] = issues;
  if (issue === undefined) throw new Error('Bug: a schema refused a body without saying why.');
  if (issue.code === 'unrecognized_keys') return `unknown field ${issue.keys.join(', ')}`;
  const [field] = issue.path;
  if (field === undefined) return 'the body must be a JSON object';
  const isMissing = !Object.hasOwn(Object(body), field);
  return isMissing ? `missing field ${String(field)}` : `field ${issue.path.join('.')}: ${issue.message}`;
}
