import type { EffectOf } from '../faults/effects.ts';
import { orderAnswer } from './answers.ts';
import { effectOf, type CallContext } from './context.ts';
import { refuse, type WireAnswer } from './errors.ts';
import { addRefund } from './cancel.ts';
import { findPayment, type KakaoPay, type Payment } from './state.ts';
import type { OrderRequest } from './wire.ts';

/** `order`: what became of a tid, asked with the CID the payment was made with. */
export function lookUp(kakaopay: KakaoPay, { cid, tid }: OrderRequest, call: CallContext): WireAnswer {
  const payment = findPayment(kakaopay, tid);
  if (payment?.cid !== cid) return refuse(-721);
  const fault = effectOf(call, 'lookup');
  return orderAnswer(fault ? asSeen(kakaopay, payment, fault) : payment, effectOf(call, 'balance')?.reportedBy);
}

function asSeen({ clock }: KakaoPay, payment: Payment, { mode, seconds = 0 }: EffectOf<'lookup'>): Payment {
  if (mode === 'in_progress') return unfinished(payment);
  return mode === 'lag' ? asOf(payment, new Date(clock.now().getTime() - seconds * 1000)) : payment;
}

/** What the customer did on the page is over, and nothing is known of an approval. */
function unfinished(payment: Payment): Payment {
  const { approvedAt: _, ...open } = payment;
  return { ...open, status: 'AUTH_PASSWORD', refunds: [] };
}

/** The payment as it stood at a moment. */
function asOf(payment: Payment, moment: Date): Payment {
  const { approvedAt, refunds, status } = payment;
  if (!approvedAt) return payment;
  if (approvedAt > moment) return unfinished(payment);
  const then: Payment = { ...payment, refunds: [], status: status === 'ISSUED_SID' ? status : 'SUCCESS_PAYMENT' };
  for (const refund of refunds) if (refund.at <= moment) addRefund(then, refund);
  return then;
}
