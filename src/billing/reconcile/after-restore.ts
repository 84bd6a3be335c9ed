import { writeAudit } from '../../audit.ts';
import { isOlderThanWatermark } from '../../payments/index.ts';
import type { Act } from './document.ts';
import type { Reconciliation } from './run.ts';

export interface Lifting {
  note: string;
  /** How many lost charges a person has seen and taken care of. */
  confirm: number | undefined;
  /** How many were found. */
  lost: number;
}

/**
 * Lets a database charge again that was restored from a backup older than the last charge of this machine. Comes after
 * the comparison: while that is not whole, or names charges that the books have lost and nobody has confirmed, the block
 * stays, for those customers would be charged again.
 */
export async function liftBlock(run: Reconciliation, { note, confirm, lost }: Lifting): Promise<Act> {
  const { app, dryRun, findings } = run;
  const told = (result: Act['result'], says: string): Act => ({ act: 'after-restore', id: 'ledger', result, says });
  if (!(await isOlderThanWatermark(app))) return told('done', 'nothing was blocked: the database has the last charge');
  if (findings.isIncomplete()) return told('refused', 'the comparison is not whole; run it again');
  if (lost > 0 && confirm !== lost) {
    const them = lost === 1 ? '1 charge is' : `${lost} charges are`;
    return told('refused', `${them} not in the books; see to those customers first, then say --confirm ${lost}`);
  }
  if (dryRun) return told('would-be-done', 'charging would go on');
  await lift(run, note, lost);
  return told('done', 'charging goes on; restart pillivery serve');
}

/** Written down before the file goes: should the process die between the two, the block still stands. */
async function lift({ app, actor }: Reconciliation, reason: string, lost: number): Promise<void> {
  const mark = await app.payments.watermark.read();
  const entry = { by: actor, action: 'ledger.after_restore', targetType: 'ledger', targetId: 'ledger', reason };
  await app.database.transaction((tx) => writeAudit(tx, app, { ...entry, before: { ...mark }, after: { lost } }));
  await app.payments.watermark.lift();
}
