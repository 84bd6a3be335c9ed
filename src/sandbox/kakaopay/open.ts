import type { Clock } from '../../platform/clock.ts';
import type { Ledger, LedgerLine } from '../ledger.ts';
import { numberedIds } from './ids.ts';
import { addMandate, noteCharge } from './mandates.ts';
import { ONE_TIME_CID, RECURRING_CID, type KakaoPay, type Payment } from './state.ts';

/** KakaoPay as the ledger left it: mandates and executed payments live on, checkouts that nobody approved do not. */
export function openKakaoPay(clock: Clock, ledger: Ledger, checkoutUrl: (tid: string) => string): KakaoPay {
  const kakaopay: KakaoPay = {
    clock,
    ledger,
    checkoutUrl,
    nextId: numberedIds(),
    checkouts: new Map(),
    payments: new Map(),
    mandates: new Map(),
    customerScripts: new Map(),
  };
  for (const line of ledger.lines()) replay(kakaopay, line);
  return kakaopay;
}

function replay(kakaopay: KakaoPay, line: LedgerLine): void {
  // The issue line of a first payment shares the tid of its charge, which tells more.
  if (!kakaopay.payments.has(line.ref)) kakaopay.payments.set(line.ref, toPayment(line));
  if (line.mandateHash === null) return;
  const mandate = kakaopay.mandates.get(line.mandateHash) ?? addMandate(kakaopay, line.mandateHash);
  mandate.customer ??= line.customer;
  if (line.op === 'charge') noteCharge(mandate, line.amount, new Date(line.at));
}

/** A ledger line keeps neither title nor method; a lookup after a restart says so rather than inventing them. */
function toPayment({ ref, orderRef, customer, amount, at, op, mandateHash }: LedgerLine): Payment {
  const moment = new Date(at);
  return {
    tid: ref,
    cid: mandateHash === null ? ONE_TIME_CID : RECURRING_CID,
    orderRef,
    customer,
    itemName: '(recovered from the ledger)',
    itemCode: undefined,
    quantity: 1,
    total: amount,
    taxFree: 0,
    vat: Math.round(amount / 11),
    greenDeposit: 0,
    installMonth: 0,
    createdAt: moment,
    status: op === 'charge' ? 'SUCCESS_PAYMENT' : 'ISSUED_SID',
    method: 'MONEY',
    approvedAt: moment,
  };
}
