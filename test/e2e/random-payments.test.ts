import { asc, eq } from '../../src/platform/database/sql.ts';
import { describe, expect, it } from 'vitest';
import type { App } from '../../src/app.ts';
import { abandonCheckout, completeCheckout } from '../../src/payments/checkout/complete-checkout.ts';
import { auditBooks, resolveAttempt, resolveDue, sweepCheckouts } from '../../src/payments/index.ts';
import { startCheckout } from '../../src/payments/checkout/start-checkout.ts';
import { PilliveryError } from '../../src/platform/errors.ts';
import type { PaymentAttempt } from '../../src/schema.ts';
import { bundle, type Bundle } from '../support/bundle.ts';
import { openCheckout, pressOn, type OpenCheckout } from '../support/checkout.ts';
import { ENGINES } from '../support/databases.ts';
import { seeded } from '../support/random.ts';

const SEEDS = process.env['PILLIVERY_TEST_SIZE'] === 'long' ? 500 : 25;
const STEPS = 30;

/** Every change of state that there is (payments.md 4.1); evidence against a final state leaves it where it is. */
const LISTED = new Set([
  'null>CREATED',
  'CREATED>SENT',
  'CREATED>NOT_CHARGED',
  'SENT>APPROVED',
  'SENT>DECLINED',
  'SENT>UNKNOWN',
  'SENT>NOT_CHARGED',
  'UNKNOWN>APPROVED',
  'UNKNOWN>NOT_CHARGED',
  'UNKNOWN>UNKNOWN',
  'APPROVED>APPROVED',
  'DECLINED>DECLINED',
  'NOT_CHARGED>NOT_CHARGED',
]);

const FAULTS = [
  { kind: 'commit_drop' },
  { kind: 'drop' },
  { kind: 'commit_code', code: 500 },
  { kind: 'commit_code', code: -785 },
  { kind: 'fail', status: 503 },
  { kind: 'decline', code: -780, result: 'LACK_BALANCE' },
  { kind: 'decline', code: -702 },
  { kind: 'garbage', form: 'other_amount' },
  { kind: 'garbage', form: 'html' },
  { kind: 'throttle' },
];

/** One shop, one order, and whatever may happen to its payment, in an order that a seed decides. */
class Life {
  readonly #shop: Bundle;
  readonly #open: OpenCheckout;
  readonly #random: () => number;

  constructor(shop: Bundle, open: OpenCheckout, random: () => number) {
    this.#shop = shop;
    this.#open = open;
    this.#random = random;
  }

  async step(): Promise<void> {
    const { app, clock, sandbox } = this.#shop;
    const attempt = await this.#someAttempt();
    const { publicId: attemptId } = attempt;
    const acts: (() => Promise<unknown>)[] = [
      () => completeCheckout(app, { attemptId, query: { pg_token: 'forged' } }),
      async () => completeCheckout(app, { attemptId, query: await pressOn(attempt, 'approve') }),
      async () => this.#twice(attempt),
      () => abandonCheckout(app, attemptId, 'USER_CANCELLED'),
      () => abandonCheckout(app, attemptId, 'PROVIDER_REFUSED'),
      () => startCheckout(app, { user: this.#open.user, orderId: this.#open.orderId }),
      () => startCheckout(app, { user: this.#open.user, orderId: this.#open.orderId, anew: true }),
      async () => clock.moveTo(new Date(clock.now().getTime() + Math.floor(this.#random() * 20 * 60_000))),
      async () => sandbox.addFault({ match: { op: ['approve', 'order'] }, effect: this.#fault(), times: 1 }),
      async () => sandbox.clearFaults(),
      () => resolveDue(app),
      () => sweepCheckouts(app),
      () => this.#decideByHand(attempt),
    ];
    const act = acts[Math.floor(this.#random() * acts.length)];
    try {
      await act?.();
    } catch (error) {
      if (!(error instanceof PilliveryError) && !isDeadPage(error)) throw error;
    }
  }

  async #twice(attempt: PaymentAttempt): Promise<void> {
    const query = await pressOn(attempt, 'approve');
    const request = { attemptId: attempt.publicId, query };
    await Promise.all([completeCheckout(this.#shop.app, request), completeCheckout(this.#shop.app, request)]);
  }

  #fault(): never {
    return FAULTS[Math.floor(this.#random() * FAULTS.length)] as never;
  }

  async #someAttempt(): Promise<PaymentAttempt> {
    const attempts = await allAttempts(this.#shop.app);
    const attempt = attempts[Math.floor(this.#random() * attempts.length)];
    if (!attempt) throw new Error('Bug: there is no attempt.');
    return attempt;
  }

  /** A person who looked at the provider's own books says what they say. */
  async #decideByHand({ publicId: attemptId, providerSessionId }: PaymentAttempt): Promise<void> {
    const { app, sandbox } = this.#shop;
    const charged = sandbox.ledger().some(({ orderRef, op }) => op === 'charge' && orderRef === attemptId);
    const reference = providerSessionId === null ? {} : { providerPaymentId: providerSessionId };
    await resolveAttempt(app, {
      attemptId,
      note: 'looked up in the merchant console',
      actor: { type: 'ADMIN', id: 'tester' },
      resolution: charged ? { result: 'APPROVED', ...reference } : { result: 'NOT_CHARGED' },
    });
  }
}

/** The provider's page of a checkout that is over leads nowhere. */
const isDeadPage = (error: unknown): boolean =>
  error instanceof Error && /led nowhere|Invalid URL|Failed to parse URL/.test(error.message);

const allAttempts = ({ database }: App): Promise<PaymentAttempt[]> => {
  const { paymentAttempts: t } = database.tables;
  return Promise.resolve(database.select().from(t).orderBy(asc(t.id)));
};

async function historyOf({ database }: App, attemptId: string) {
  const { paymentAttemptEvents: e } = database.tables;
  return database.select().from(e).where(eq(e.attemptId, attemptId)).orderBy(asc(e.id));
}

async function checkHistories(app: App): Promise<void> {
  for (const attempt of await allAttempts(app)) {
    const events = await historyOf(app, attempt.id);
    const steps = events.map(({ fromState, toState }) => `${String(fromState)}>${toState}`);
    expect(steps.filter((step) => !LISTED.has(step))).toEqual([]);
    // Each event begins where the one before it ended, and the last one is where the attempt is.
    expect(events.map(({ fromState }) => fromState)).toEqual(
      [null, ...events.map(({ toState }) => toState)].slice(0, -1),
    );
    expect(events.at(-1)?.toState).toBe(attempt.state);
    expect(steps.filter((step) => step === 'CREATED>SENT').length).toBeLessThanOrEqual(1);
  }
}

describe.each(ENGINES)('whatever happens to a payment on %s', (engine) => {
  it(`leaves histories that tell it and no order paid twice, in ${SEEDS} random lives`, async () => {
    for (let seed = 1; seed <= SEEDS; seed += 1) {
      const shop = await bundle({ engine: engine === 'sqlite' ? 'sqlite-memory' : engine, sandbox: { seed } });
      const random = seeded(seed);
      const life = new Life(shop, await openCheckout(shop.app), random);
      for (let step = 0; step < STEPS; step += 1) await life.step();
      shop.sandbox.clearFaults();
      await checkHistories(shop.app);
      const { differences } = await auditBooks(shop.app, shop.sandbox.ledger());
      const { orders } = shop.app.database.tables;
      const [order] = await shop.app.database.select().from(orders);
      const approved = (await allAttempts(shop.app)).filter(({ state }) => state === 'APPROVED');
      expect({ seed, doubles: differences.filter(({ kind }) => kind === 'double' || kind === 'phantom') }).toEqual({
        seed,
        doubles: [],
      });
      expect(order?.status === 'PAID').toBe(approved.length > 0);
      expect(approved.filter(({ id }) => id === order?.paidAttemptId).length).toBe(approved.length > 0 ? 1 : 0);
    }
  });
});
