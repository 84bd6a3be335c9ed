import { hash } from 'node:crypto';
import type { KakaoPay, Mandate } from './state.ts';

/** Seeded shops hold mandates that no checkout issued; their SIDs are known by this form. */
const SEEDED = /^SEED.{16}$/;

export const hashOf = (sid: string): string => hash('sha256', sid);

/** The mandate behind a SID: issued, recovered from the ledger, or seeded. */
export function findMandate(kakaopay: KakaoPay, sid: string): Mandate | undefined {
  const sidHash = hashOf(sid);
  return kakaopay.mandates.get(sidHash) ?? (SEEDED.test(sid) ? addMandate(kakaopay, sidHash) : undefined);
}

export function addMandate(kakaopay: KakaoPay, sidHash: string): Mandate {
  const mandate: Mandate = {
    hash: sidHash,
    customer: null,
    method: 'MONEY',
    charges: 0,
    amount: 0,
    lastApprovedAt: null,
    script: null,
  };
  kakaopay.mandates.set(sidHash, mandate);
  return mandate;
}

export function noteCharge(mandate: Mandate, amount: number, at: Date): void {
  mandate.charges += 1;
  mandate.amount += amount;
  mandate.lastApprovedAt = at;
}
