import type { CallFacts, Op } from '../facts.ts';
import type { Departure } from './flights.ts';
import { hashOf } from './mandates.ts';
import { findPayment, type KakaoPay } from './state.ts';

/** What a call says of itself, and what is known of the tid or SID that it names. */
export interface Recognised {
  readonly facts: CallFacts;
  readonly departure: Departure;
  readonly tid: string | undefined;
  readonly sid: string | undefined;
}

/** The fields that the calls have in common, as far as each has them. */
interface Named {
  readonly tid?: string;
  readonly sid?: string;
  readonly partner_order_id?: string;
  readonly partner_user_id?: string;
  readonly total_amount?: number | undefined;
  readonly cancel_amount?: number;
}

export function recognise(kakaopay: KakaoPay, op: Op, request: object): Recognised {
  const { tid, sid, ...named } = request as Named;
  const sidHash = sid === undefined ? undefined : hashOf(sid);
  const payment = tid === undefined ? undefined : findPayment(kakaopay, tid);
  const mandate = sidHash === undefined ? undefined : kakaopay.mandates.get(sidHash);
  const customer = named.partner_user_id ?? payment?.customer ?? mandate?.customer ?? undefined;
  const orderRef = named.partner_order_id ?? payment?.orderRef;
  const amount = named.cancel_amount ?? named.total_amount ?? payment?.total;
  const draw = drawFor(kakaopay, `${op}|${orderRef ?? tid ?? sidHash}`);
  return {
    facts: { provider: 'KAKAOPAY', op, sidHash: sidHash ?? payment?.mandateHash, customer, orderRef, amount, draw },
    departure: { op, tid, customer },
    tid,
    sid,
  };
}

/** Counts a call only when something is left to chance, and once only. */
function drawFor({ chance }: KakaoPay, words: string): CallFacts['draw'] {
  let nth: number | undefined;
  return (word) => chance.draw(word, words, (nth ??= chance.occurrence(words)));
}
