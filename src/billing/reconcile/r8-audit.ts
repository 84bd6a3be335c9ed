import { eq } from '../../platform/database/sql.ts';
import { z } from 'zod';
import { auditBooks, type Movement } from '../../payments/index.ts';
import { InvalidInput } from '../../platform/errors.ts';
import { readLines } from '../../platform/http/index.ts';
import type { ReconcileDocument } from './document.ts';
import type { Reconciliation } from './run.ts';

/** What an audit needs of a line of the sandbox's ledger. */
const Line = z.object({
  op: z.enum(['charge', 'refund', 'issue', 'deactivate']),
  ref: z.string(),
  orderRef: z.string(),
  amount: z.int(),
});

export interface Audited {
  sums: NonNullable<ReconcileDocument['audit']>;
  /** Charges for payments that the books do not know. */
  strangers: number;
}

/** R8: the sandbox's ledger, which is the truth, against the whole of our books. */
export async function checkAgainstLedger({ app, findings }: Reconciliation, source: string): Promise<Audited> {
  const { paymentAttempts: t } = app.database.tables;
  const { charges, amount, refunds, approved, differences } = await auditBooks(app, movementsOf(source));
  findings.examined('R8', charges + refunds);
  let strangers = 0;
  for (const { kind, attemptId: id, says, explained } of differences) {
    const [attempt] = await app.database.select().from(t).where(eq(t.publicId, id));
    if (!attempt) strangers += 1;
    const table = attempt ? 'payment_attempts' : 'ledger';
    const reason = kind === 'double' ? ('DUPLICATE_APPROVAL' as const) : undefined;
    await findings.differ({ check: 'R8', kind, table, id, says, attempt, reason, known: explained });
  }
  return { sums: { charges, amount, refunds, approved }, strangers };
}

async function* movementsOf(source: string): AsyncGenerator<Movement> {
  let number = 0;
  for await (const line of readLines(source)) {
    number += 1;
    yield parse(line, number, source);
  }
}

function parse(line: string, number: number, source: string): Movement {
  try {
    return Line.parse(JSON.parse(line));
  } catch (cause) {
    throw new InvalidInput('AUDIT_UNREADABLE', `Line ${number} of ${source} is no line of a sandbox's ledger.`, {
      cause,
    });
  }
}
