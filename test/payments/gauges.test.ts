import { eq } from '../../src/platform/database/sql.ts';
import { expect, it } from 'vitest';
import { openPaymentGauges } from '../../src/payments/gauges.ts';
import { bundle } from '../support/bundle.ts';
import { openCheckout } from '../support/checkout.ts';

it('counts payments in doubt, their age, and those that wait for a person', async () => {
  const { app, clock } = await bundle();
  const { attempt } = await openCheckout(app);
  const { paymentAttempts: t } = app.database.tables;
  const inDoubt = {
    state: 'UNKNOWN' as const,
    sentAt: clock.now(),
    needsOperator: true,
    operatorReason: 'AMOUNT_MISMATCH' as const,
  };
  await app.database.update(t).set(inDoubt).where(eq(t.id, attempt.id));
  clock.moveTo(new Date(clock.now().getTime() + 90_000));
  await openPaymentGauges(app)();

  const samples = await app.metrics.snapshot();
  const value = (name: string, reason?: string) =>
    samples.find((sample) => sample.name === name && (reason === undefined || sample.labels['reason'] === reason))
      ?.value;
  expect(value('pillivery_attempts_unknown')).toBe(1);
  expect(value('pillivery_unknown_oldest_seconds')).toBeCloseTo(90, 0);
  expect(value('pillivery_needs_operator', 'AMOUNT_MISMATCH')).toBe(1);
  expect(value('pillivery_needs_operator', 'DUPLICATE_APPROVAL')).toBe(0);
  expect(value('pillivery_outcome_spool_lines')).toBe(0);
});
