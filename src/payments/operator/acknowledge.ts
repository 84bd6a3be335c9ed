import { eq } from '../../platform/database/sql.ts';
import type { PaymentAttempt } from '../../schema.ts';
import { recordEvent } from '../ledger/history.ts';
import { act, wordOf, type OperatorRequest } from './act.ts';
import { wrongState } from './refusals.ts';
import type { SettlingApp } from '../ledger/settle.ts';

const FINAL: readonly PaymentAttempt['state'][] = ['APPROVED', 'DECLINED', 'NOT_CHARGED'];

/**
 * Clears the alarm of an attempt whose matter is finished, such as a duplicate approval that was refunded. Throws
 * `Conflict` for a payment in doubt, which must be resolved instead, and for one that nobody was called for.
 */
export const acknowledge = (app: SettlingApp, request: OperatorRequest): Promise<PaymentAttempt> =>
  act(app, { ...request, action: 'payment.acknowledge' }, async (tx, current) => {
    const { paymentAttempts: t } = app.database.tables;
    const { id, state, needsOperator, operatorReason } = current;
    if (!FINAL.includes(state))
      throw wrongState(current, `This payment is ${state}; it must be resolved, not acknowledged.`);
    if (!needsOperator)
      throw wrongState(current, 'Nobody was called for this payment, or somebody has acknowledged it.');
    const word = wordOf(request);
    const quiet = { needsOperator: false, operatorReason: null, updatedAt: app.clock.now() };
    await tx.update(t).set(quiet).where(eq(t.id, id));
    const data = { ...word.data, acknowledged: operatorReason };
    await recordEvent(tx, app, { attemptId: id, from: state, to: state, ...word, data });
  });
