import { customerOf } from './customers.ts';
import type { WireAnswer } from './errors.ts';
import { methodRefusal } from './method-refusal.ts';
import type { KakaoPay } from './state.ts';
import { seoulTime } from './times.ts';
import type { Method } from './wire.ts';

export interface MethodUse {
  readonly op: 'approve' | 'subscription';
  readonly customer: string;
  readonly method: Method;
  readonly amount: number;
}

/** Why the payment method does not give the money, if it does not. Nothing is asked of it for 0 won. */
export function refusalOfMethod(
  kakaopay: KakaoPay,
  { op, customer, method, amount }: MethodUse,
): WireAnswer | undefined {
  if (amount === 0) return undefined;
  const { locked, balance } = customerOf(kakaopay, customer);
  if (locked) return methodRefusal(op, 'USER_LOCKED');
  if (method !== 'MONEY') return undefined;
  if (kakaopay.hasBlackout && isBlackout(kakaopay.clock.now())) return methodRefusal(op, 'BANK_FIRM_UNAVAILABLE');
  return balance !== null && balance < amount ? methodRefusal(op, 'LACK_BALANCE') : undefined;
}

/** Banks are not reached from 23:30 to 00:35 in Seoul (payments.md 2.9). */
export function isBlackout(moment: Date): boolean {
  const time = seoulTime(moment).slice(11, 16);
  return time >= '23:30' || time < '00:35';
}
