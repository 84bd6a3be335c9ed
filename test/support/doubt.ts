import { asc, eq } from '../../src/platform/database/sql.ts';
import { expect } from 'vitest';
import type { App } from '../../src/app.ts';
import type { PaymentAttempt } from '../../src/schema.ts';
import type { Sandbox } from '../../src/sandbox/index.ts';
import { bundle, START, type BundleOptions } from './bundle.ts';
import { openCheckout } from './checkout.ts';
import { givenAttempts } from './given-attempts.ts';

const SECOND = 1_000;
export const MINUTE = 60 * SECOND;
export const HOUR = 60 * MINUTE;

type Effect = Parameters<Sandbox['addFault']>[0]['effect'];

/** A shop in which answers are lost, and what is then looked at. */
export async function shopInDoubt(options: BundleOptions = {}) {
  const { app, clock, sandbox } = await bundle(options);
  const { paymentAttempts: t, paymentAttemptEvents: e, orders, outboxEvents } = app.database.tables;
  const one = async <T>(rows: PromiseLike<T[]>): Promise<T> => {
    const [row] = await rows;
    if (row === undefined) throw new Error('Bug: no such row.');
    return row;
  };
  const attempt = ({ id }: Pick<PaymentAttempt, 'id'>) => one(app.database.select().from(t).where(eq(t.id, id)));
  return {
    app,
    clock,
    sandbox,
    given: givenAttempts(app),
    /** Every call of these meets the fault. */
    fault: (op: 'approve' | 'order' | 'status' | 'subscription', effect: Effect, times?: number) =>
      sandbox.addFault({ match: { op }, effect, ...(times !== undefined && { times }) }),
    /** The buyer approves, and the shop's call for the money meets the fault. */
    loseApproval: (effect: Effect, kind?: 'ONE_OFF' | 'SUBSCRIPTION') => loseApproval(app, sandbox, { effect, kind }),
    /** Charges the mandate of a renewal in doubt, as the call did whose answer was lost. */
    charge: (doubtful: PaymentAttempt) => charge(app, doubtful),
    /** Moves the clock so long past the moment when the attempt was sent. */
    moveTo: ({ sentAt }: PaymentAttempt, ms: number) => clock.moveTo(new Date((sentAt?.getTime() ?? 0) + ms)),
    attempt,
    order: (id: string) => one(app.database.select().from(orders).where(eq(orders.id, id))),
    events: ({ id }: PaymentAttempt) => app.database.select().from(e).where(eq(e.attemptId, id)).orderBy(asc(e.id)),
    told: async ({ id }: Pick<PaymentAttempt, 'id'>) => {
      const rows = await app.database.select().from(outboxEvents).where(eq(outboxEvents.orderingKey, id));
      return rows.map(({ type, payload }) => ({ type, ...payload }));
    },
    set: ({ id }: PaymentAttempt, columns: Partial<PaymentAttempt>) =>
      app.database.update(t).set(columns).where(eq(t.id, id)),
  };
}

export type ShopInDoubt = Awaited<ReturnType<typeof shopInDoubt>>;

interface LostApproval {
  effect: Effect;
  kind?: 'ONE_OFF' | 'SUBSCRIPTION' | undefined;
}

async function loseApproval(app: App, sandbox: Sandbox, { effect, kind = 'ONE_OFF' }: LostApproval) {
  const checkout = await openCheckout(app, { kind });
  const { id } = sandbox.addFault({ match: { op: 'approve' }, effect, times: 1 });
  const { attempt } = await checkout.return();
  sandbox.removeFault(id);
  expect(attempt.state).toBe('UNKNOWN');
  return { ...checkout, attempt };
}

async function charge(app: App, attempt: PaymentAttempt): Promise<void> {
  const { mandates: m } = app.database.tables;
  const [mandate] = await app.database
    .select()
    .from(m)
    .where(eq(m.id, attempt.mandateId ?? ''));
  if (!mandate) throw new Error('Bug: no mandate to charge.');
  const { merchantCode, customerRef } = mandate;
  const outcome = await app.payments.provider(attempt.provider).chargeMandate({
    attemptId: attempt.publicId,
    orderRef: attempt.publicId,
    idempotencyKey: attempt.idempotencyKey,
    mandate: { token: app.payments.vault().open(mandate.tokenCipher), merchantCode, customerRef },
    amounts: { total: attempt.amount, taxFree: 0 },
    title: attempt.title,
    quantity: attempt.quantity,
  });
  expect(outcome.kind).toBe('approved');
}

/** So long after every test's clock began. */
export const afterStart = (ms: number): Date => new Date(new Date(START).getTime() + ms);
