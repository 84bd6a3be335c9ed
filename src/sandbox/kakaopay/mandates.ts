import { hash } from 'node:crypto';
import type { KakaoPay, Mandate } from './state.ts';
import { seoulMonth } from './times.ts';

/** Seeded shops hold mandates that no checkout issued; their SIDs are known by this form. */
const SEEDED = /^SEED.{16}$/;

/** How many of its last approvals a mandate remembers, for witnesses that lag. */
const KEPT_APPROVALS = 100;

export const hashOf = (sid: string): string => hash('sha256', sid);

/** The mandate behind a SID: issued, recovered from the ledger, or seeded. */
export function findMandate(kakaopay: KakaoPay, sid: string): Mandate | undefined {
  const sidHash = hashOf(sid);
  const known = kakaopay.mandates.get(sidHash);
  if (known || !SEEDED.test(sid)) return known;
  return addMandate(kakaopay, { hash: sidHash, itemName: '(seeded)', createdAt: kakaopay.clock.now() });
}

export function addMandate(kakaopay: KakaoPay, issued: Pick<Mandate, 'hash' | 'itemName' | 'createdAt'>): Mandate {
  const mandate: Mandate = {
    ...issued,
    customer: null,
    method: 'MONEY',
    charges: 0,
    amount: 0,
    approvals: [],
    month: { name: '', amount: 0 },
    ceiling: null,
    inactivatedAt: null,
    script: null,
    witness: null,
  };
  kakaopay.mandates.set(mandate.hash, mandate);
  return mandate;
}

export function noteCharge(mandate: Mandate, amount: number, at: Date): void {
  mandate.charges += 1;
  mandate.amount += amount;
  mandate.month = { name: seoulMonth(at), amount: amount + chargedInMonth(mandate, at) };
  mandate.approvals.push(at);
  if (mandate.approvals.length > KEPT_APPROVALS) mandate.approvals.shift();
}

export const lastApprovedAt = ({ approvals }: Mandate): Date | undefined => approvals.at(-1);

/** Refunds do not make room under a ceiling again. */
export const chargedInMonth = ({ month }: Mandate, at: Date): number =>
  month.name === seoulMonth(at) ? month.amount : 0;
