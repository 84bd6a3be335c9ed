import { and, asc, eq, gt, gte, isNotNull, lt } from '../../platform/database/sql.ts';
import { orderRefOf, type LookupOutcome } from '../../payments/index.ts';
import { firstIdAt } from '../../platform/ids.ts';
import type { PaymentAttempt } from '../../schema.ts';
import { compare } from './compare.ts';
import type { ReconcileCheck } from './document.ts';
import { givenBackOf } from './given-back.ts';
import { askEach, AWAY, eachRow, PAGE, type Reconciliation } from './run.ts';

/** R2: every approved payment of the window that has a reference, against what the provider shows of it. */
export const checkApprovals = (run: Reconciliation): Promise<void> =>
  askEach(run, approvals(run), (attempt) => comparePayment(run, 'R2', attempt));

/** So long before its approval can a payment have been created: what is in doubt is looked at for a week. */
const LONGEST_DOUBT_MS = 31 * 86_400_000;

function approvals({ app, window, attempt }: Reconciliation): AsyncGenerator<PaymentAttempt> {
  const { paymentAttempts: t } = app.database.tables;
  const within = attempt
    ? eq(t.id, attempt.id)
    : and(
        gt(t.id, firstIdAt(window.since.getTime() - LONGEST_DOUBT_MS)),
        gte(t.approvedAt, window.since),
        lt(t.approvedAt, window.before),
      );
  const wanted = and(within, eq(t.state, 'APPROVED'), isNotNull(t.providerPaymentId));
  return eachRow((after) =>
    app.database
      .select()
      .from(t)
      .where(and(wanted, gt(t.id, after)))
      .orderBy(asc(t.id))
      .limit(PAGE),
  );
}

/** Asks the provider for a payment, by the merchant code it was made with, and compares. */
export async function comparePayment(
  { app, findings }: Reconciliation,
  check: ReconcileCheck,
  attempt: PaymentAttempt,
): Promise<void> {
  const found = await lookUp(app, attempt);
  const verdict = compare(attempt, found, await givenBackOf(app, attempt.id));
  if (verdict.is === 'away') return findings.incomplete(AWAY);
  findings.examined(check);
  if (verdict.is === 'not-compared') return findings.notCompared(check, attempt.publicId, verdict.why);
  if (verdict.is === 'equal') return;
  const { kind, says } = verdict;
  await findings.differ({ check, kind, says, table: 'payment_attempts', id: attempt.publicId, attempt });
}

function lookUp({ payments }: Reconciliation['app'], attempt: PaymentAttempt): Promise<LookupOutcome> {
  const { publicId: attemptId, merchantCode, providerPaymentId, provider } = attempt;
  const known = { attemptId, merchantCode, orderRef: orderRefOf(attempt) };
  return payments.provider(provider).lookup({ ...known, ...(providerPaymentId !== null && { providerPaymentId }) });
}
