import { describe, expect, it } from 'vitest';
import { approved, begun, completed, completion, minutesLater, PRICE, recordOf } from './steps.ts';
import type { OpenWorld } from './world.ts';

export function checkoutSuite(open: OpenWorld): void {
  describe('a checkout', () => {
    it('charges once, when the buyer has come back', async () => {
      const world = await open();
      const { request, outcome } = await approved(world);
      expect(outcome).toMatchObject({ kind: 'approved', amounts: PRICE, paymentId: expect.any(String) });
      expect(outcome.approvedAt.getTime()).toBeCloseTo(world.clock.now().getTime(), -4);
      expect(world.executed()).toEqual([{ op: 'charge', orderRef: request.attemptId, amount: PRICE.total }]);
    });

    it('says where the buyer goes and how long it is open', async () => {
      const world = await open();
      const before = world.clock.now().getTime();
      const outcome = await world.provider.beginCheckout((await begun(world)).request);
      const { sessionWindowMs } = world.provider.capabilities;
      expect(outcome).toMatchObject({ kind: 'redirect', action: { type: 'REDIRECT', pcUrl: expect.any(String) } });
      const openMs = outcome.kind === 'redirect' ? outcome.expiresAt.getTime() - before : 0;
      expect(openMs).toBeGreaterThanOrEqual(sessionWindowMs - 1_000);
      expect(openMs).toBeLessThan(sessionWindowMs + 60_000);
    });

    it('that is completed again is approved again, and not charged', async () => {
      const world = await open();
      const { completion: request } = await approved(world);
      expect(await world.provider.completeCheckout(request)).toMatchObject({ kind: 'approved', amounts: PRICE });
      expect(world.executed()).toHaveLength(1);
    });

    it('is told by a lookup before, and after', async () => {
      const world = await open();
      const started = await begun(world);
      const look = () => world.provider.lookup(recordOf(started.request, { sessionId: started.session.sessionId }));
      const before = await look();
      const query = await world.finish(started.session);
      await world.provider.completeCheckout(completion(started, query));
      const about = { kind: 'found', attemptId: started.request.attemptId, amounts: PRICE, refunded: 0 };
      expect(before).toMatchObject({ ...about, state: 'in_progress' });
      expect(await look()).toMatchObject({ ...about, state: 'paid', approvedAt: expect.any(Date), refunds: [] });
    });

    it('of which the answer was lost is found by a lookup', async () => {
      const world = await open();
      world.provoke('complete', 'done_answer_lost');
      const { request, session, outcome } = await completed(world);
      world.calm();
      const found = await world.provider.lookup(recordOf(request, { sessionId: session.sessionId }));
      expect(outcome).toMatchObject({ kind: 'unknown', answered: false });
      expect(found).toMatchObject({ kind: 'found', state: 'paid', customerRef: request.customerRef, amounts: PRICE });
    });

    it('is not charged for a buyer who has not finished, nor with a token that is not theirs', async () => {
      const world = await open();
      const started = await begun(world);
      const forged = completion(started, world.forgedQuery);
      const unfinished = await world.provider.completeCheckout(forged);
      await world.finish(started.session);
      const outcomes = [unfinished, await world.provider.completeCheckout(forged)];
      expect(outcomes).toMatchObject([{ kind: 'not_completed' }, { kind: 'not_completed', why: 'bad_return' }]);
      expect(world.executed()).toEqual([]);
    });

    it('without any token of the return asks nobody', async () => {
      const world = await open();
      const outcome = await world.provider.completeCheckout(completion(await begun(world), {}));
      expect(outcome).toEqual({ kind: 'not_completed', why: 'bad_return' });
    });

    it('is over when its window is', async () => {
      const world = await open();
      const started = await begun(world);
      const query = await world.finish(started.session);
      minutesLater(world, world.provider.capabilities.sessionWindowMs / 60_000 + 1);
      const outcome = await world.provider.completeCheckout(completion(started, query));
      expect(outcome).toMatchObject({ kind: 'not_completed', why: 'window_expired' });
    });

    it('for a subscription brings a mandate with the money', async () => {
      const world = await open();
      const { request, outcome } = await approved(world, 'SUBSCRIPTION_START');
      expect(outcome.mandate).toEqual({
        token: expect.any(String),
        merchantCode: request.merchantCode,
        customerRef: request.customerRef,
      });
      expect(world.executed().filter(({ op }) => op === 'charge')).toHaveLength(1);
    });

    it('for a new payment method brings a mandate and no charge', async () => {
      const world = await open();
      const { outcome } = await approved(world, 'MANDATE_UPDATE');
      expect(outcome).toMatchObject({ amounts: { total: 0 }, mandate: { token: expect.any(String) } });
      expect(world.executed()).toMatchObject([{ op: 'issue', amount: 0 }]);
    });

    it('of nothing for an order is a bug, before anything is sent', async () => {
      const world = await open();
      const { request } = await begun(world);
      const free = world.provider.beginCheckout({ ...request, amounts: { total: 0, taxFree: 0 } });
      await expect(free).rejects.toThrow(/^Bug: /);
    });
  });
}
