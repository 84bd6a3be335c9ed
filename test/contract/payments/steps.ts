import { expect } from 'vitest';
import type {
  Approved,
  BeginCheckout,
  ChargeMandate,
  ChargeOutcome,
  CompleteCheckout,
  IssuedMandate,
  Lookup,
  NotCompleted,
  RefundRequest,
} from '../../../src/payments/provider.ts';
import type { AttemptPurpose } from '../../../src/schema.ts';
import type { Mandated, OpenWorld, Session, World, WorldOptions } from './world.ts';

export const PRICE = { total: 51_800, taxFree: 0 };
const CUSTOMER = 'cu_contract';

let made = 0;
/** Of the form that our own have. */
const newId = (prefix: string): string => `${prefix}_contract${String((made += 1)).padStart(17, '0')}`;

export interface Started {
  request: BeginCheckout;
  session: Session;
}

export const beginning = ({ provider }: World, purpose: AttemptPurpose, customerRef = CUSTOMER): BeginCheckout => ({
  attemptId: newId('pa'),
  purpose,
  merchantCode: provider.merchantCodeFor(purpose),
  customerRef,
  amounts: purpose === 'MANDATE_UPDATE' ? { total: 0, taxFree: 0 } : PRICE,
  title: '오메가3 외 1건',
  quantity: 2,
  returnUrls: { approve: returnUrl('approve'), cancel: returnUrl('cancel'), fail: returnUrl('fail') },
});

const returnUrl = (name: string): string => `http://127.0.0.1:8080/api/payments/${name}/pa_contract`;

export async function begun(world: World, purpose: AttemptPurpose = 'ORDER'): Promise<Started> {
  const request = beginning(world, purpose);
  const session = await world.provider.beginCheckout(request);
  if (session.kind !== 'redirect') return expect.unreachable(`no session but ${session.kind}`);
  return { request, session };
}

export const completion = (
  { request, session }: Started,
  query: Record<string, string>,
  changes: Partial<CompleteCheckout> = {},
): CompleteCheckout => {
  const { attemptId, purpose, merchantCode, customerRef, amounts } = request;
  return { attemptId, purpose, merchantCode, customerRef, amounts, sessionId: session.sessionId, query, ...changes };
};

export interface Paid extends Started {
  completion: CompleteCheckout;
  outcome: ChargeOutcome | NotCompleted;
}

/** The buyer has finished and the shop asks for the money. */
export async function completed(world: World, purpose: AttemptPurpose = 'ORDER'): Promise<Paid> {
  const started = await begun(world, purpose);
  const request = completion(started, await world.finish(started.session));
  return { ...started, completion: request, outcome: await world.provider.completeCheckout(request) };
}

export async function approved(world: World, purpose: AttemptPurpose = 'ORDER'): Promise<Paid & { outcome: Approved }> {
  const paid = await completed(world, purpose);
  if (paid.outcome.kind !== 'approved') return expect.unreachable(`not approved but ${paid.outcome.kind}`);
  return { ...paid, outcome: paid.outcome };
}

/** A world in which a first payment has brought a mandate. */
export async function mandated(open: OpenWorld, options?: WorldOptions): Promise<Mandated> {
  const world = await open(options);
  const started = await begun(world, 'SUBSCRIPTION_START');
  const apart: IssuedMandate[] = [];
  const onMandate = async (mandate: IssuedMandate) => void apart.push(mandate);
  const request = completion(started, await world.finish(started.session), { onMandate });
  const outcome = await world.provider.completeCheckout(request);
  const mandate = apart[0] ?? (outcome.kind === 'approved' ? outcome.mandate : undefined);
  return mandate ? { ...world, mandate } : expect.unreachable('a first payment brought no mandate');
}

export function renewal({ mandate }: Mandated, changes: Partial<ChargeMandate> = {}): ChargeMandate {
  const attemptId = newId('pa');
  return {
    attemptId,
    orderRef: attemptId,
    idempotencyKey: `renewal:${attemptId}:2:1`,
    mandate,
    amounts: PRICE,
    title: '오메가3 외 1건',
    quantity: 2,
    ...changes,
  };
}

export const recordOf = (
  { attemptId, merchantCode }: Pick<CompleteCheckout, 'attemptId' | 'merchantCode'>,
  key: Pick<Lookup, 'providerPaymentId' | 'sessionId' | 'orderRef' | 'lost'>,
): Lookup => ({ attemptId, merchantCode, ...key });

export const refundOf = (
  { request, outcome }: { request: BeginCheckout; outcome: Approved },
  total: number,
  balanceBefore = PRICE.total,
): RefundRequest => ({
  refundId: newId('rf'),
  attemptId: request.attemptId,
  providerPaymentId: outcome.paymentId ?? '',
  merchantCode: request.merchantCode,
  amounts: { total, taxFree: 0 },
  balanceBefore,
  reason: 'changed mind',
});

export const minutesLater = ({ clock }: World, minutes: number): void =>
  clock.moveTo(new Date(clock.now().getTime() + minutes * 60_000));
