import { z } from 'zod';
import { momentIn } from '../../../platform/calendar.ts';
import type { Answer } from '../../../platform/http/index.ts';
import type { Approved, ChargeOutcome, LookupOutcome, NotCompleted, RawCodes, Unknown } from '../../provider.ts';
import { ERROR_CODES, METHOD_CODES, METHOD_REFUSED, softWithoutReason, unlistedCode } from './codes.ts';

/** Answers are read leniently (unknown fields pass, numeric strings count) and strictly on what is relied on. */
const won = z.coerce.number().pipe(z.int().min(0));
/** `yyyy-MM-ddTHH:mm:ss` without offset, read as Korean time. */
const koreanTime = z
  .string()
  .regex(/^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d$/)
  .transform((text) => {
    const [day = '', time = ''] = text.split('T');
    return new Date(momentIn('Asia/Seoul', day, time.slice(0, 5)).getTime() + Number(time.slice(6)) * 1_000);
  });
const amount = z.object({ total: won, tax_free: won.optional() });

export const ReadyAnswer = z.object({
  tid: z.string().min(1),
  next_redirect_pc_url: z.string().min(1),
  next_redirect_mobile_url: z.string().optional(),
  next_redirect_app_url: z.string().optional(),
  created_at: koreanTime,
});

const Approval = z.object({
  aid: z.string().optional(),
  tid: z.string().min(1),
  cid: z.string(),
  sid: z.string().optional(),
  partner_order_id: z.string(),
  partner_user_id: z.string(),
  payment_method_type: z.string().optional(),
  amount,
  card_info: z.object({ kakaopay_issuer_corp: z.string().optional() }).optional(),
  approved_at: koreanTime,
});

const OrderAnswer = z.object({
  tid: z.string(),
  status: z.string(),
  partner_order_id: z.string(),
  partner_user_id: z.string(),
  payment_method_type: z.string().nullish(),
  amount,
  approved_at: koreanTime.nullish(),
});

const Refusal = z
  .object({
    error_code: z.coerce.number().optional(),
    code: z.coerce.number().optional(), // the older form
    error_message: z.string().optional(),
    msg: z.string().optional(),
    extras: z
      .object({ method_result_code: z.coerce.string(), method_result_message: z.string().optional() })
      .optional(),
  })
  .refine(({ error_code, code }) => error_code !== undefined || code !== undefined);

/** What we asked for; an approval is believed only when it says the same. */
export interface Expected {
  merchantCode: string;
  attemptId: string;
  customerRef: string;
  total: number;
  /** The session, for a checkout; a recurring charge makes a new tid. */
  sessionId?: string;
}

/** First look at an answer in doubt: after KakaoPay's own 11 s have passed. */
const LOOK_AFTER_MS = 15_000;

const unknown = (why: Unknown['why'], answered: boolean, now: Date): Unknown => ({
  kind: 'unknown',
  why,
  answered,
  lookAt: new Date(now.getTime() + LOOK_AFTER_MS),
});

/** An answer to a call that may have moved money: approve or a recurring charge. */
export function readCharge(answer: Answer, expected: Expected, now: Date): ChargeOutcome | NotCompleted | 'look_up' {
  if (answer.kind === 'not_written') return { kind: 'provider_down', why: answer.why, proof: 'not_written' };
  if (answer.kind === 'no_answer') {
    return unknown(answer.why === 'timeout' ? 'timeout' : 'connection_lost', false, now);
  }
  if (answer.status >= 200 && answer.status < 300) return readApproval(answer.body, expected, now);
  return readRefusal(answer.status, answer.body, now);
}

function readApproval(body: unknown, expected: Expected, now: Date): ChargeOutcome {
  const { success, data } = Approval.safeParse(body);
  if (!success) return unknown('unparsable', true, now);
  const same =
    data.cid === expected.merchantCode &&
    data.partner_order_id === expected.attemptId &&
    data.partner_user_id === expected.customerRef &&
    data.amount.total === expected.total &&
    (expected.sessionId === undefined || data.tid === expected.sessionId);
  if (!same) return unknown('mismatch', true, now);
  return approval(data);
}

function approval(data: z.infer<typeof Approval>): Approved {
  return {
    kind: 'approved',
    paymentId: data.tid,
    ...(data.aid !== undefined && { approvalId: data.aid }),
    approvedAt: data.approved_at,
    amounts: { total: data.amount.total, taxFree: data.amount.tax_free ?? 0 },
    methodLabel: methodLabel(data.payment_method_type, data.card_info?.kakaopay_issuer_corp),
    ...(data.sid !== undefined && {
      mandate: { token: data.sid, merchantCode: data.cid, customerRef: data.partner_user_id },
    }),
  };
}

const methodLabel = (type: string | null | undefined, issuer?: string): string =>
  type === 'CARD' ? `카드 ${issuer ?? ''}`.trim() : '카카오페이머니';

/**
 * A refusal is read by its code, never by its HTTP status alone: KakaoPay answers 400 for some unknowns. A code nobody
 * listed is unknown, and so is a 5xx or 3xx without a listed one.
 */
export function readRefusal(status: number, body: unknown, now: Date): ChargeOutcome | NotCompleted | 'look_up' {
  const { success, data } = Refusal.safeParse(body);
  if (!success) return unknown(status >= 500 || status < 400 ? 'server_error' : 'unlisted_code', true, now);

  const code = String(data.error_code ?? data.code);
  const method = data.extras?.method_result_code;
  const message = data.extras?.method_result_message ?? data.error_message ?? data.msg;
  const codes: RawCodes = { code: method ? `${code}/${method}` : code, ...(message !== undefined && { message }) };
  return verdictOf(code, method)({ codes, now });
}

function verdictOf(code: string, method: string | undefined) {
  if (!METHOD_REFUSED.includes(code)) return ERROR_CODES[code] ?? unlistedCode;
  if (method === undefined) return softWithoutReason;
  // About 1,870 card codes exist: four digits are an issuer's refusal; an unlisted word may be anything.
  return METHOD_CODES[method] ?? (/^\d{4}$/.test(method) ? softWithoutReason : () => 'look_up' as const);
}

/** Statuses of an order lookup [R]; one that is not here proves nothing. */
const LOOKUP_STATES: Record<string, 'in_progress' | 'paid' | 'not_charged'> = {
  READY: 'in_progress',
  SEND_TMS: 'in_progress',
  OPEN_PAYMENT: 'in_progress',
  SELECT_METHOD: 'in_progress',
  ARS_WAITING: 'in_progress',
  AUTH_PASSWORD: 'in_progress',
  SUCCESS_PAYMENT: 'paid',
  FAIL_AUTH_PASSWORD: 'not_charged',
  QUIT_PAYMENT: 'not_charged',
  FAIL_PAYMENT: 'not_charged',
};

/** An answer to a lookup, which moves nothing: silence is `provider_down`, doubt is `inconclusive`. */
export function readLookup(answer: Answer): LookupOutcome {
  if (answer.kind === 'not_written') return { kind: 'provider_down', why: answer.why, proof: 'not_written' };
  if (answer.kind === 'no_answer' || answer.status >= 500) {
    return { kind: 'provider_down', why: 'maintenance', proof: 'answered' };
  }
  const { success, data } = OrderAnswer.safeParse(answer.body);
  const state = success ? LOOKUP_STATES[data.status] : undefined;
  if (!success || !state) return { kind: 'inconclusive' };
  return {
    kind: 'found',
    state,
    attemptId: data.partner_order_id,
    customerRef: data.partner_user_id,
    paymentId: data.tid,
    amounts: { total: data.amount.total, taxFree: data.amount.tax_free ?? 0 },
    ...(data.approved_at && { approvedAt: data.approved_at }),
    methodLabel: methodLabel(data.payment_method_type),
  };
}
