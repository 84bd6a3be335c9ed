import { orderAnswer } from './answers.ts';
import { refuse, type WireAnswer } from './errors.ts';
import { findPayment, type KakaoPay } from './state.ts';
import type { OrderRequest } from './wire.ts';

/** `order`: what became of a tid, asked with the CID the payment was made with. */
export function lookUp(kakaopay: KakaoPay, { cid, tid }: OrderRequest): WireAnswer {
  const payment = findPayment(kakaopay, tid);
  return payment?.cid === cid ? orderAnswer(payment) : refuse(-721);
}
