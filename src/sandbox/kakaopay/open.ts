import type { Clock } from '../../platform/clock.ts';
import type { Chance } from '../chance.ts';
import type { Ledger, LedgerLine } from '../ledger.ts';
import { balanceOf, vatOf } from './amounts.ts';
import { addRefund } from './cancel.ts';
import { newFlights } from './flights.ts';
import { aidOf } from './ids.ts';
import { addMandate, noteCharge } from './mandates.ts';
import { ONE_TIME_CID, RECURRING_CID, type KakaoPay, type Mandate, type Payment } from './state.ts';

export interface OpenKakaoPay {
  clock: Clock;
  ledger: Ledger;
  chance: Chance;
  checkoutUrl: (tid: string) => string;
  hasBlackout: boolean;
}

/** KakaoPay as the ledger left it: mandates and executed payments live on, checkouts that nobody approved do not. */
export function openKakaoPay(given: OpenKakaoPay): KakaoPay {
  const kakaopay: KakaoPay = {
    ...given,
    flights: newFlights(),
    checkouts: new Map(),
    payments: new Map(),
    mandates: new Map(),
    customers: new Map(),
  };
  for (const line of given.ledger.lines()) REPLAY[line.op](kakaopay, line, new Date(line.atVirtual));
  return kakaopay;
}

const RECOVERED = '(recovered from the ledger)';

type Replay = (kakaopay: KakaoPay, line: LedgerLine, at: Date) => void;

const REPLAY: Record<LedgerLine['op'], Replay> = {
  charge(kakaopay, line, at) {
    kakaopay.payments.set(line.ref, toPayment(line, at));
    const mandate = mandateOf(kakaopay, line, at);
    if (mandate) noteCharge(mandate, line.amount, at);
  },
  issue(kakaopay, line, at) {
    // The issue line of a first payment shares the tid of its charge, which tells more.
    if (!kakaopay.payments.has(line.ref)) kakaopay.payments.set(line.ref, toPayment(line, at));
    mandateOf(kakaopay, line, at);
  },
  refund(kakaopay, line, at) {
    const payment = kakaopay.payments.get(line.ref);
    if (!payment) return;
    const aid = aidOf(line.ref, payment.refunds.length + 1);
    const left = balanceOf(payment);
    const part = { total: line.amount, taxFree: 0, vat: Math.min(left.vat, vatOf(line.amount, 0)), greenDeposit: 0 };
    addRefund(payment, { aid, amount: line.amount === left.total ? left : part, at, payload: undefined });
  },
  deactivate(kakaopay, line, at) {
    const mandate = mandateOf(kakaopay, line, at);
    if (mandate) mandate.inactivatedAt = at;
  },
};

function mandateOf(kakaopay: KakaoPay, line: LedgerLine, at: Date): Mandate | undefined {
  if (line.mandateHash === null) return undefined;
  const mandate =
    kakaopay.mandates.get(line.mandateHash) ??
    addMandate(kakaopay, { hash: line.mandateHash, itemName: RECOVERED, createdAt: at });
  mandate.customer ??= line.customer || null;
  return mandate;
}

/** A ledger line keeps neither title nor method; a lookup after a restart says so rather than inventing them. */
function toPayment({ ref, orderRef, customer, amount, op, mandateHash }: LedgerLine, moment: Date): Payment {
  return {
    tid: ref,
    cid: mandateHash === null ? ONE_TIME_CID : RECURRING_CID,
    orderRef,
    customer,
    itemName: RECOVERED,
    itemCode: undefined,
    quantity: 1,
    total: amount,
    taxFree: 0,
    vat: vatOf(amount, 0),
    greenDeposit: 0,
    installMonth: 0,
    createdAt: moment,
    status: op === 'charge' ? 'SUCCESS_PAYMENT' : 'ISSUED_SID',
    refunds: [],
    method: 'MONEY',
    approvedAt: moment,
    mandateHash: mandateHash ?? undefined,
  };
}
