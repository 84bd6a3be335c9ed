import { Conflict } from '../../platform/errors.ts';
import type { ControlRoom } from './room.ts';

/**
 * Takes everything back that somebody has told the sandbox: faults, scripts, balances, ceilings, counters, the log and
 * checkouts that nobody approved. What was executed stays, unless `ledgerToo` and the ledger is in memory only.
 */
export function reset({ desk, faults }: ControlRoom, ledgerToo: boolean): void {
  const { kakaopay, stats, log } = desk;
  if (ledgerToo && !kakaopay.ledger.forget()) {
    throw new Conflict('LEDGER_IS_A_FILE', 'A ledger file is the truth and is kept; start with another file instead.');
  }
  faults.clear();
  stats.reset();
  log.clear();
  kakaopay.checkouts.clear();
  kakaopay.customers.clear();
  if (ledgerToo) {
    kakaopay.payments.clear();
    kakaopay.mandates.clear();
  }
  for (const mandate of kakaopay.mandates.values())
    Object.assign(mandate, { script: null, ceiling: null, witness: null });
}
