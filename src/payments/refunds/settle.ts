import { eq } from '../../platform/database/sql.ts';
import type { App } from '../../app.ts';
import { writeAudit, type Performer } from '../../audit.ts';
import { enqueueEvents } from '../../outbox/index.ts';
import type { PaymentAttempt, Refund, RefundStatus, Transaction } from '../../schema.ts';
import type { SettlingApp } from '../ledger/settle.ts';
import { patiently } from '../ledger/settle-patiently.ts';
import { attemptOf, lockOrder, lockRefund } from './queries.ts';
import { enqueueRefund } from './request.ts';
import { refundStep, type RefundFinding, type RefundStep } from './rules.ts';

export type RefundingApp = SettlingApp & Pick<App, 'config' | 'metrics'>;

/** Whose word a finding is; the provider's own answer unless said otherwise. */
export interface RefundEvidence {
  by?: Performer;
  note?: string;
}

/** What holds after a finding was told, and whether it changed anything. */
export interface Settled {
  status: RefundStatus;
  changed: boolean;
}

/**
 * Books a finding about a refund once. What it does is decided by the status that is read under the lock: of two that
 * come with one, the second finds nothing left to do. The order changes only when the money has gone back.
 */
export async function settleRefund(
  app: RefundingApp,
  refund: Refund,
  finding: RefundFinding,
  evidence: RefundEvidence = {},
): Promise<Settled> {
  const { attempt, ...settled } = await patiently(app, (tx) => settleIn(tx, app, { refund, finding, evidence }));
  if (settled.changed) count(app, attempt, settled.status);
  return settled;
}

interface Told {
  refund: Refund;
  finding: RefundFinding;
  evidence: RefundEvidence;
}

async function settleIn(
  tx: Transaction,
  app: RefundingApp,
  { refund: { id, orderId, attemptId }, finding, evidence }: Told,
): Promise<Settled & { attempt: PaymentAttempt }> {
  const attempt = await attemptOf(tx, app, attemptId);
  await app.settlements[attempt.purpose].lock(tx, attempt);
  const order = await lockOrder(tx, app, orderId);
  const refund = await lockRefund(tx, app, id);
  const step = refundStep(refund, finding);
  if (!step) return { status: refund.status, changed: false, attempt };

  await write(tx, app, refund, step);
  await trace(tx, app, { refund, step, evidence });
  if (step.to === 'SUCCEEDED' && order.paidAttemptId === attempt.id) await book(tx, app, attempt, refund);
  // The event that had it sent may be over by now, should the answer have come late; a second one changes nothing.
  if (step.to === 'PENDING' && refund.status === 'UNKNOWN') await enqueueRefund(tx, app, refund);
  if (step.columns.needsOperator) await announce(tx, app, refund, step.to);
  return { status: step.to, changed: true, attempt };
}

/** The row is locked and its status was read, so the write needs no further guard. */
async function write(tx: Transaction, app: RefundingApp, { id }: Refund, { to, columns }: RefundStep): Promise<void> {
  const { refunds: r } = app.database.tables;
  await tx
    .update(r)
    .set({ ...columns, status: to, updatedAt: app.clock.now() })
    .where(eq(r.id, id));
}

const SYSTEM: Performer = { type: 'SYSTEM', id: null };

interface Change {
  refund: Refund;
  step: RefundStep;
  evidence?: RefundEvidence;
}

/** Every change of a refund's status leaves a line: there is no other history of it. */
export async function trace(
  tx: Transaction,
  app: Pick<App, 'database' | 'clock' | 'newId'>,
  { refund, step: { to, columns }, evidence: { by = SYSTEM, note } = {} }: Change,
): Promise<void> {
  await writeAudit(tx, app, {
    by,
    action: `refund.${to.toLowerCase()}`,
    targetType: 'refund',
    targetId: refund.publicId,
    before: { status: refund.status },
    after: { ...columns, status: to },
    reason: note?.slice(0, 300) ?? null,
  });
}

/** The money is back whatever our books say of the order; should they not admit it, a person must look. */
async function book(tx: Transaction, app: RefundingApp, attempt: PaymentAttempt, refund: Refund): Promise<void> {
  if (await app.settlements[attempt.purpose].refunded(tx, attempt, refund)) return;
  const { refunds: r } = app.database.tables;
  await tx.update(r).set({ needsOperator: true }).where(eq(r.id, refund.id));
  await announce(tx, app, refund, 'SUCCEEDED');
}

/** Tells a person, through the outbox and the log. */
export async function announce(
  tx: Transaction,
  app: Pick<RefundingApp, 'database' | 'clock' | 'newId' | 'log'>,
  { id, publicId, orderId, amount, wireTry }: Refund,
  status: RefundStatus,
): Promise<void> {
  const reason = `REFUND_${status}`;
  app.log.error({ event: 'needs_operator', refundId: publicId, reason }, 'a refund needs a person');
  await enqueueEvents(tx, app, [
    {
      type: 'payment.needs_operator',
      subject: id,
      occasion: `${reason}:${wireTry}`,
      payload: { refundId: publicId, orderId, amount, reason },
    },
  ]);
}

export function count({ metrics }: Pick<App, 'metrics'>, { provider }: PaymentAttempt, status: RefundStatus): void {
  metrics
    .counter('pillivery_refunds_total', 'Changes of refunds, by provider and new status', ['provider', 'status'])
    .inc({ provider, status });
}
