import { eq } from '../../platform/database/sql.ts';
import type { App } from '../../app.ts';
import type { GivenBack } from './compare.ts';

/** What our books say went back of a payment. */
export async function givenBackOf({ database }: Pick<App, 'database'>, attemptId: string): Promise<GivenBack> {
  const { refunds: r } = database.tables;
  const rows = await database.select({ status: r.status, amount: r.amount }).from(r).where(eq(r.attemptId, attemptId));
  const sumIn = (...statuses: string[]): number =>
    rows.reduce((sum, { status, amount }) => (statuses.includes(status) ? sum + amount : sum), 0);
  return { booked: sumIn('SUCCEEDED'), underWay: sumIn('SENT', 'UNKNOWN') };
}
