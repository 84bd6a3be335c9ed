import { count, eq, min } from '../platform/database/sql.ts';
import type { App } from '../app.ts';
import { OPERATOR_REASONS } from '../schema.ts';

type GaugingApp = Pick<App, 'database' | 'clock' | 'metrics' | 'payments'>;

/** Metrics are read every 15 s as a rule, so no count is older than that. */
const EVERY_MS = 10_000;

/** Counts payments in doubt, those that wait for a person, and answers kept on disk, now and then: call it at every look. */
export function openPaymentGauges(app: GaugingApp): () => Promise<void> {
  const { metrics } = app;
  const unknown = metrics.gauge('pillivery_attempts_unknown', 'Payments in doubt', []);
  const oldest = metrics.gauge('pillivery_unknown_oldest_seconds', 'Age of the oldest payment in doubt', []);
  const waiting = metrics.gauge('pillivery_needs_operator', 'Payments that wait for a person', ['reason']);
  const spooled = metrics.gauge('pillivery_outcome_spool_lines', 'Answers kept on disk that are not booked yet', []);
  let nextMs = 0;
  return async () => {
    if (app.clock.monotonicMs() < nextMs) return;
    nextMs = app.clock.monotonicMs() + EVERY_MS;
    const doubt = await readDoubt(app);
    unknown.set({}, doubt.count);
    oldest.set({}, doubt.oldestSeconds);
    const reasons = await countReasons(app);
    for (const reason of OPERATOR_REASONS) waiting.set({ reason }, reasons.get(reason) ?? 0);
    spooled.set({}, (await app.payments.spool.waiting()).length);
  };
}

async function readDoubt({ database, clock }: GaugingApp): Promise<{ count: number; oldestSeconds: number }> {
  const { paymentAttempts: t } = database.tables;
  const [row] = await database
    .select({ attempts: count(), sentAt: min(t.sentAt) })
    .from(t)
    .where(eq(t.state, 'UNKNOWN'));
  const oldestSeconds = row?.sentAt ? (clock.now().getTime() - row.sentAt.getTime()) / 1_000 : 0;
  return { count: row?.attempts ?? 0, oldestSeconds };
}

async function countReasons({ database }: GaugingApp): Promise<Map<string | null, number>> {
  const { paymentAttempts: t } = database.tables;
  const rows = await database
    .select({ reason: t.operatorReason, attempts: count() })
    .from(t)
    .where(eq(t.needsOperator, true))
    .groupBy(t.operatorReason);
  return new Map(rows.map(({ reason, attempts }) => [reason, attempts]));
}
