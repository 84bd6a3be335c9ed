import { and, eq, inArray } from 'drizzle-orm';
import type { App } from '../app.ts';
import type { Sandbox } from '../sandbox/index.ts';

export interface Books {
  charges: number;
  amount: number;
  approved: number;
  /** Charges of one side that the other does not have, or has with another amount. */
  differences: string[];
}

/** Holds the sandbox's ledger, which is the truth, against our approved attempts. */
export async function compareBooks(app: App, sandbox: Sandbox): Promise<Books> {
  const { paymentAttempts: t } = app.database.tables;
  const charges = sandbox.ledger().filter(({ op }) => op === 'charge');
  const attempts = await app.database
    .select({ ref: t.publicId, amount: t.amount })
    .from(t)
    .where(
      and(eq(t.state, 'APPROVED'), inArray(t.publicId, [...new Set(charges.map(({ orderRef }) => orderRef)), ''])),
    );
  const [approved] = [await countApproved(app)];
  const booked = new Map(attempts.map(({ ref, amount }) => [ref, amount]));

  const differences = charges.flatMap(({ orderRef, amount }, index) => {
    const twice = charges.findIndex((other) => other.orderRef === orderRef) !== index;
    if (twice) return [`${orderRef} was charged twice`];
    return booked.get(orderRef) === amount ? [] : [`${orderRef} was charged ${amount} won and is not booked so`];
  });
  if (approved !== charges.length) differences.push(`${approved} approved attempts against ${charges.length} charges`);
  return {
    charges: charges.length,
    amount: charges.reduce((sum, { amount }) => sum + amount, 0),
    approved,
    differences,
  };
}

async function countApproved({ database }: App): Promise<number> {
  const { paymentAttempts: t } = database.tables;
  return (await database.select({ id: t.id }).from(t).where(eq(t.state, 'APPROVED'))).length;
}
