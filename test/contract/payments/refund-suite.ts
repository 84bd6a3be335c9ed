import { describe, expect, it } from 'vitest';
import { approved, PRICE, recordOf, refundOf } from './steps.ts';
import type { OpenWorld, World } from './world.ts';

const refunds = (world: World) => world.executed().filter(({ op }) => op === 'refund');

export function refundSuite(open: OpenWorld): void {
  describe('a refund', () => {
    it('gives back a part, and then the rest', async () => {
      const world = await open();
      const paid = await approved(world);
      const first = await world.provider.refund(refundOf(paid, 10_000));
      const rest = await world.provider.refund(refundOf(paid, 41_800, 41_800));
      expect([first, rest]).toMatchObject([
        { kind: 'refunded', balanceAfter: 41_800, refundRef: expect.any(String) },
        { kind: 'refunded', balanceAfter: 0 },
      ]);
      expect(refunds(world)).toMatchObject([{ amount: 10_000 }, { amount: 41_800 }]);
    });

    it('is told by a lookup', async () => {
      const world = await open();
      const paid = await approved(world);
      await world.provider.refund(refundOf(paid, 10_000));
      const key = recordOf(paid.request, { sessionId: paid.session.sessionId });
      expect(await world.provider.lookup(key)).toMatchObject({
        kind: 'found',
        state: 'refunded',
        amounts: PRICE,
        refunded: 10_000,
        refunds: [{ amount: 10_000 }],
      });
    });

    it('whose answer was lost runs once, however often it is sent', async () => {
      const world = await open();
      const paid = await approved(world);
      const request = refundOf(paid, 10_000);
      world.provoke('refund', 'done_answer_lost');
      const lost = await world.provider.refund(request);
      world.calm();
      const again = [await world.provider.refund(request), await world.provider.refund(request)];
      expect(lost).toMatchObject({ kind: 'unknown', answered: false });
      expect(again).toMatchObject([
        { kind: 'refunded', balanceAfter: 41_800 },
        { kind: 'refunded', balanceAfter: 41_800 },
      ]);
      expect(refunds(world)).toHaveLength(1);
    });

    it('of more than is left is refused', async () => {
      const world = await open();
      const paid = await approved(world);
      expect(await world.provider.refund(refundOf(paid, 60_000))).toMatchObject({ kind: 'refused' });
      expect(refunds(world)).toEqual([]);
    });

    it('that counts on another balance than the provider’s is not made', async () => {
      const world = await open();
      const paid = await approved(world);
      await world.provider.refund(refundOf(paid, 10_000));
      const outcome = await world.provider.refund(refundOf(paid, 20_000, PRICE.total));
      expect(['refused', 'unknown']).toContain(outcome.kind);
      expect(refunds(world)).toHaveLength(1);
    });
  });
}
