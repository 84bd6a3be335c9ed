import type { App } from '../app.ts';
import type { NewAttempt } from '../payments/index.ts';
import type { BillingCycle, Mandate, Subscription } from '../schema.ts';
import type { Price } from './plan.ts';
import type { Runner } from './runner.ts';

type Needs = Pick<App, 'clock' | 'newId'>;

/** An open cycle with what it takes to charge it. */
export interface Chargeable {
  cycle: BillingCycle;
  subscription: Subscription;
  mandate: Mandate;
}

/** The next cycle of a subscription, open and untried. Its amount, quantity and prices never change again. */
export function newCycle(app: Needs, runner: Runner, subscription: Subscription, price: Price): BillingCycle {
  const now = app.clock.now();
  const billingOn = subscription.nextBillingOn ?? runner.date;
  return {
    id: app.newId(),
    subscriptionId: subscription.id,
    cycle: subscription.lastCycle + 1,
    billingOn,
    status: 'OPEN',
    step: 1,
    hold: null,
    liveAttemptId: null,
    attempts: 0,
    stepRepeats: 0,
    ...price,
    taxFreeAmount: 0,
    quantity: subscription.quantity,
    firstTryOn: null,
    lastTryOn: null,
    nextTryOn: billingOn,
    reasonGroup: null,
    closeReason: null,
    paidAttemptId: null,
    orderId: null,
    periodsMissed: 0,
    runId: runner.runId,
    closedAt: null,
    createdAt: now,
    updatedAt: now,
  };
}

/** The next numbered try of a cycle; its live key admits one at a time, its idempotency key each number once. */
export function newAttempt(app: Needs, runner: Runner, { cycle, subscription, mandate }: Chargeable): NewAttempt {
  const attemptNumber = cycle.attempts + 1;
  return {
    id: app.newId(),
    purpose: 'RENEWAL',
    userId: subscription.userId,
    orderId: null,
    subscriptionId: subscription.id,
    cycle: cycle.cycle,
    attemptNumber,
    idempotencyKey: `renewal:${subscription.id}:${cycle.cycle}:${attemptNumber}`,
    liveKey: `cycle:${cycle.id}`,
    provider: mandate.provider,
    merchantCode: mandate.merchantCode,
    mandateId: mandate.id,
    customerRef: mandate.customerRef,
    amount: cycle.amount,
    taxFreeAmount: cycle.taxFreeAmount,
    title: subscription.itemName,
    quantity: cycle.quantity,
    runId: runner.runId,
  };
}
