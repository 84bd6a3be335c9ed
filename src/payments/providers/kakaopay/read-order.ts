import type { AmountParts, Found, Lookup, LookupOutcome, ProviderRecord } from '../../provider.ts';
import { doubt, isFault, nothingHappened, type Verdict } from '../verdict.ts';
import { methodOf } from './method.ts';
import { OrderAnswer, type WireAmount } from './shapes.ts';

/** Statuses of a payment [R]; one that is not here proves nothing. */
const STATES: ReadonlyMap<string, Found['state']> = new Map([
  ['READY', 'in_progress'],
  ['SEND_TMS', 'in_progress'],
  ['OPEN_PAYMENT', 'in_progress'],
  ['SELECT_METHOD', 'in_progress'],
  ['ARS_WAITING', 'in_progress'],
  ['AUTH_PASSWORD', 'in_progress'],
  ['SUCCESS_PAYMENT', 'paid'],
  ['ISSUED_SID', 'issued'],
  ['PART_CANCEL_PAYMENT', 'refunded'],
  ['CANCEL_PAYMENT', 'refunded'],
  ['FAIL_AUTH_PASSWORD', 'not_charged'],
  ['QUIT_PAYMENT', 'not_charged'],
  ['FAIL_PAYMENT', 'not_charged'],
]);

type Inconclusive = Extract<LookupOutcome, { kind: 'inconclusive' }>;

export const readOrder =
  (request: Pick<Lookup, 'merchantCode'> & { tid: string }) =>
  (body: unknown, now: Date): Found | Inconclusive | Verdict => {
    const { success, data } = OrderAnswer.safeParse(body);
    if (!success) return doubt(now, { why: 'unparsable' });
    if (data.tid !== request.tid || data.cid !== request.merchantCode) return doubt(now, { why: 'mismatch' });
    const state = STATES.get(data.status);
    if (!state) return { kind: 'inconclusive', codes: { code: data.status } };
    const refunded = data.canceled_amount?.total ?? sumOf(refundsOf(data));
    // A refund of which nothing is told: the rest of the record cannot be relied on either.
    if (state === 'refunded' && refunded === 0) return doubt(now, { why: 'unparsable' });
    return toFound(data, state, refunded);
  };

const toFound = (data: OrderAnswer, state: Found['state'], refunded: number): Found => ({
  kind: 'found',
  state,
  attemptId: data.partner_order_id,
  customerRef: data.partner_user_id,
  merchantCode: data.cid,
  paymentId: data.tid,
  amounts: { total: data.amount.total, taxFree: data.amount.tax_free ?? 0 },
  refunded,
  refunds: refundsOf(data),
  ...(data.approved_at && { approvedAt: data.approved_at }),
  ...methodOf(data.payment_method_type, data.selected_card_info?.card_corp_name),
  record: toRecord(data, refunded),
});

const refundsOf = (data: OrderAnswer): Found['refunds'] =>
  (data.payment_action_details ?? [])
    .filter(({ payment_action_type }) => payment_action_type === 'CANCEL')
    .map(({ aid, amount, approved_at }) => ({
      ...(aid !== undefined && { ref: aid }),
      amount,
      ...(approved_at && { at: approved_at }),
    }));

const sumOf = (refunds: Found['refunds']): number => refunds.reduce((sum, { amount }) => sum + amount, 0);

function toRecord(data: OrderAnswer, refunded: number): ProviderRecord {
  const left = { total: data.amount.total - refunded };
  return {
    providerStatus: data.status,
    ...(data.payment_method_type !== undefined && { methodType: data.payment_method_type }),
    itemName: data.item_name ?? '',
    quantity: data.quantity ?? 0,
    amount: partsOf(data.amount),
    canceledAmount: partsOf(data.canceled_amount ?? { total: refunded }),
    cancelAvailableAmount: partsOf(data.cancel_available_amount ?? left),
    ...(data.created_at && { createdAt: data.created_at }),
    ...(data.approved_at && { approvedAt: data.approved_at }),
    actions: (data.payment_action_details ?? []).map(({ payment_action_type, amount, approved_at }) => ({
      type: payment_action_type,
      amount,
      ...(approved_at && { at: approved_at }),
    })),
  };
}

/** Parts that nobody told are none. */
type Told = Pick<WireAmount, 'total'> & Partial<WireAmount>;

const partsOf = ({ total, tax_free, vat, point, discount }: Told): AmountParts => ({
  total,
  taxFree: tax_free ?? 0,
  vat: vat ?? 0,
  point: point ?? 0,
  discount: discount ?? 0,
});

/** A lookup moves nothing: silence is an outage, and a refusal tells nothing about the payment. */
export function concludeOrder(verdict: Found | Inconclusive | Verdict): LookupOutcome {
  switch (verdict.kind) {
    case 'found':
    case 'inconclusive':
    case 'provider_down':
      return verdict;
    case 'unknown':
      return isFault(verdict) ? nothingHappened(verdict) : inconclusive(verdict);
    default:
      return inconclusive(verdict);
  }
}

const inconclusive = ({ codes }: Pick<Inconclusive, 'codes'>): Inconclusive => ({
  kind: 'inconclusive',
  ...(codes && { codes }),
});
