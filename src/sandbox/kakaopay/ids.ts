import { hash } from 'node:crypto';
import type { KakaoPay, Payment } from './state.ts';

/** Ids have 20 characters; they follow from the seed and from what they are for (chance.ts). */
const LENGTH = 20;

/** What a request for a new tid says of itself. */
export type TidWords = Pick<Payment, 'cid' | 'orderRef' | 'customer' | 'total'>;

/**
 * A tid that nothing else has. Of several equal requests each gets another one, and which of them gets which makes no
 * difference: they are equal.
 */
export function newTid(kakaopay: KakaoPay, { cid, orderRef, customer, total }: TidWords): string {
  const words = [cid, orderRef, customer, total];
  const isTaken = (tid: string) => kakaopay.checkouts.has(tid) || kakaopay.payments.has(tid);
  for (;;) {
    const nth = kakaopay.chance.occurrence(`tid|${words.join('|')}`);
    const tid = `T${kakaopay.chance.digits(LENGTH - 1, 'tid', ...words, nth)}`;
    if (!isTaken(tid)) return tid;
  }
}

/** The id of an action on a tid, 0 the approval; derived, so that it is the same after a restart. */
export const aidOf = (tid: string, action = 0): string =>
  `A${action === 0 ? tid.slice(1) : hash('sha256', `${tid}|${action}`).slice(0, LENGTH - 1)}`;

/** It can never begin with SEED. */
export const newSid = ({ chance }: KakaoPay, tid: string): string => `SID${chance.digits(LENGTH - 3, 'sid', tid)}`;

export const newPgToken = ({ chance }: KakaoPay, tid: string): string => chance.digits(LENGTH, 'pg_token', tid);
