import { describe, expect, it } from 'vitest';
import { mandated, renewal } from './steps.ts';
import type { OpenWorld } from './world.ts';

export function mandateSuite(open: OpenWorld): void {
  describe('a mandate', () => {
    it('ends once', async () => {
      const { provider, mandate, executed } = await mandated(open);
      const outcomes = [await provider.deactivateMandate(mandate), await provider.deactivateMandate(mandate)];
      expect(outcomes).toMatchObject([{ kind: 'deactivated' }, { kind: 'already' }]);
      expect(executed().filter(({ op }) => op === 'deactivate')).toHaveLength(1);
    });

    it('that has ended cannot be charged', async () => {
      const world = await mandated(open);
      await world.provider.deactivateMandate(world.mandate);
      expect(await world.provider.chargeMandate(renewal(world))).toMatchObject({
        kind: 'declined_hard',
        group: 'MANDATE_INACTIVE',
      });
    });

    it('tells how it is, where mandates can be asked', async () => {
      const { provider, mandate, clock } = await mandated(open);
      const answer = await provider.mandateStatus(mandate);
      const { mandateStatus } = provider.capabilities;
      expect(answer).toMatchObject({ kind: 'status', status: mandateStatus ? 'active' : 'unknown' });
      const approvedAt = answer.kind === 'status' ? answer.lastApprovedAt : undefined;
      const agoMs = clock.now().getTime() - (approvedAt?.getTime() ?? 0);
      expect(agoMs < 10_000).toBe(mandateStatus);
    });

    it('that the customer has ended says so, where mandates can be asked', async () => {
      const { provider, mandate, revoke } = await mandated(open);
      revoke(mandate);
      expect(await provider.mandateStatus(mandate)).toMatchObject({
        status: provider.capabilities.mandateStatus ? 'inactive' : 'unknown',
      });
    });
  });
}
