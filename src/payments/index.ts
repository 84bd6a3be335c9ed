export { closeAttempt, createAttempts, type NewAttempt } from './attempts.ts';
export { SILENT_AFTER_MS } from './complete-checkout.ts';
export { markSilent } from './mark-silent.ts';
export type { Approved, ChargeOutcome, DeclinedHard, DeclinedSoft } from './provider.ts';
export { openPayments, type Payments } from './registry.ts';
export { recordEvents, settleIn, type Settlement, type Settlements } from './settle.ts';
