import type { CallFacts, Op } from '../facts.ts';
import { momentOf } from '../faults/meeting.ts';
import { describeProblem } from '../problems.ts';
import { approve } from './approve.ts';
import { cancel } from './cancel.ts';
import { expireNow, ready } from './checkouts.ts';
import { effectOf, type CallContext } from './context.ts';
import { refuse, type WireAnswer } from './errors.ts';
import type { Flight } from './flights.ts';
import { lookUp } from './lookup.ts';
import { deactivate, inactivate, tellStatus } from './mandate-calls.ts';
import { findMandate } from './mandates.ts';
import { recognise, type Recognised } from './recognise.ts';
import { chargeAgain } from './recurring.ts';
import { ONE_TIME_CID, RECURRING_CID, type KakaoPay } from './state.ts';
import {
  ApproveRequest,
  CancelRequest,
  OrderRequest,
  ReadyRequest,
  SidRequest,
  SubscriptionRequest,
  type RequestForm,
} from './wire.ts';

/** A call whose body has been understood. */
export interface Understood {
  readonly facts: CallFacts;
  /** Marks it as in flight; says so when another one is in its way. */
  depart(): Flight;
  execute(call: CallContext): WireAnswer;
}

/** Reads the body of one kind of call. */
type Reader = (kakaopay: KakaoPay, body: unknown, isStrict: boolean) => Understood | { problem: string };

export interface CallKind {
  readonly op: Op;
  readonly read: Reader;
}

type Execute<T> = (kakaopay: KakaoPay, request: T, call: CallContext) => WireAnswer;

const CIDS: readonly string[] = [ONE_TIME_CID, RECURRING_CID];

const callOf = <T extends { cid: string }>(op: Op, form: RequestForm<T>, execute: Execute<T>): CallKind => ({
  op,
  read(kakaopay, body, isStrict) {
    const { strict, lenient } = form;
    const read = (isStrict ? strict : lenient).safeParse(body);
    if (!read.success) return { problem: describeProblem(read.error, body) };
    const { data: request } = read;
    const recognised = recognise(kakaopay, op, request);
    return {
      facts: recognised.facts,
      depart: () => kakaopay.flights.depart(recognised.departure),
      execute(call) {
        if (!CIDS.includes(request.cid)) return refuse(-731);
        prepare(kakaopay, recognised, call);
        const answer = execute(kakaopay, request, call);
        if (op === 'ready' && effectOf(call, 'expire')) expireAnswered(kakaopay, answer);
        return answer;
      },
    };
  },
});

/** The calls of KakaoPay, by their addresses (payments.md 2.2). */
export const CALLS: Readonly<Record<string, CallKind>> = {
  '/online/v1/payment/ready': callOf('ready', ReadyRequest, ready),
  '/online/v1/payment/approve': callOf('approve', ApproveRequest, approve),
  '/online/v1/payment/order': callOf('order', OrderRequest, lookUp),
  '/online/v1/payment/cancel': callOf('cancel', CancelRequest, cancel),
  '/online/v1/payment/subscription': callOf('subscription', SubscriptionRequest, chargeAgain),
  '/online/v1/payment/manage/subscription/inactive': callOf('inactive', SidRequest, deactivate),
  '/online/v1/payment/manage/subscription/status': callOf('status', SidRequest, tellStatus),
};

/** What a fault has happened to the payment or the mandate before the call comes to it. */
function prepare(kakaopay: KakaoPay, { tid, sid }: Recognised, call: CallContext): void {
  const checkout = tid === undefined ? undefined : kakaopay.checkouts.get(tid);
  if (checkout && effectOf(call, 'expire')) expireNow(kakaopay, checkout);
  const mandate = sid === undefined ? undefined : findMandate(kakaopay, sid);
  if (!mandate || mandate.inactivatedAt || !call.fault || !effectOf(call, 'revoke')) return;
  const { match, setAt } = call.fault;
  inactivate(kakaopay, mandate, { at: match.from ? momentOf(match.from, setAt) : setAt, call });
}

function expireAnswered(kakaopay: KakaoPay, { body }: WireAnswer): void {
  const checkout = kakaopay.checkouts.get(String((body as { tid?: string }).tid));
  if (checkout) expireNow(kakaopay, checkout);
}
