import { describe, expect, it } from 'vitest';
import type { ChargeMandate, Lookup, MandateStatusOutcome } from '../../../src/payments/provider.ts';
import { mandated, minutesLater, PRICE, recordOf, renewal } from './steps.ts';
import type { Mandated, OpenWorld } from './world.ts';

const lastApprovalOf = (status: MandateStatusOutcome): Date | null =>
  status.kind === 'status' ? (status.lastApprovedAt ?? null) : null;

/** What is known of a charge whose answer was lost, taken as it is sent. */
async function traceOf({ provider, clock, mandate }: Mandated, request: ChargeMandate): Promise<Lookup> {
  if (provider.capabilities.lostCharge === 'lookup') return recordOf({ ...request, ...mandate }, request);
  const baseline = lastApprovalOf(await provider.mandateStatus(mandate));
  const lost = { mandate, sentAt: clock.now(), baseline, baselineFrom: 'status' as const };
  return recordOf({ ...request, ...mandate }, { lost });
}

const RAN = {
  lookup: { kind: 'found', state: 'paid', amounts: PRICE },
  witness: { kind: 'witnessed', moved: true },
};
const DID_NOT_RUN = { lookup: { kind: 'absent' }, witness: { kind: 'witnessed', moved: false } };

/** A mandate made an hour ago, so that two approvals of it can be told apart. */
async function settled(open: OpenWorld): Promise<Mandated> {
  const world = await mandated(open);
  minutesLater(world, 60);
  return world;
}

export function chargeSuite(open: OpenWorld): void {
  describe('a recurring charge', () => {
    it('takes the money without the buyer', async () => {
      const world = await mandated(open);
      const request = renewal(world);
      expect(await world.provider.chargeMandate(request)).toMatchObject({
        kind: 'approved',
        paymentId: expect.any(String),
        amounts: PRICE,
      });
      expect(world.executed().at(-1)).toEqual({ op: 'charge', orderRef: request.orderRef, amount: PRICE.total });
    });

    it('goes by its order reference, whatever the attempt is called', async () => {
      const world = await mandated(open);
      await world.provider.chargeMandate(renewal(world, { orderRef: 'pa_contractbefore00000000000' }));
      expect(world.executed().at(-1)).toMatchObject({ orderRef: 'pa_contractbefore00000000000' });
    });

    it('is found by its own id', async () => {
      const world = await mandated(open);
      const request = renewal(world);
      const outcome = await world.provider.chargeMandate(request);
      const providerPaymentId = outcome.kind === 'approved' ? outcome.paymentId : undefined;
      const key = recordOf(
        { ...request, ...world.mandate },
        { ...(providerPaymentId !== undefined && { providerPaymentId }) },
      );
      expect(await world.provider.lookup(key)).toMatchObject({ kind: 'found', state: 'paid', amounts: PRICE });
    });

    it('is not written when it comes too late', async () => {
      const world = await mandated(open);
      const before = world.executed().length;
      const outcome = await world.provider.chargeMandate(renewal(world, { mayWrite: () => false }));
      expect(outcome).toEqual({ kind: 'provider_down', why: 'too_late', proof: 'local' });
      expect(world.executed()).toHaveLength(before);
    });

    it('on a mandate that the customer has ended is declined for good', async () => {
      const world = await mandated(open);
      world.revoke(world.mandate);
      expect(await world.provider.chargeMandate(renewal(world))).toMatchObject({
        kind: 'declined_hard',
        group: 'MANDATE_INACTIVE',
      });
    });
  });

  describe('a recurring charge whose answer was lost', () => {
    it('has left a trace when it ran', async () => {
      const world = await settled(open);
      const request = renewal(world);
      const trace = await traceOf(world, request);
      world.provoke('charge', 'done_answer_lost');
      const outcome = await world.provider.chargeMandate(request);
      world.calm();
      minutesLater(world, 1);
      expect(outcome).toMatchObject({ kind: 'unknown', answered: false });
      expect(await world.provider.lookup(trace)).toMatchObject(RAN[world.provider.capabilities.lostCharge]);
    });

    it('counts as not charged only in good time', async () => {
      const world = await settled(open);
      const { lostCharge, notChargedAfterMs } = world.provider.capabilities;
      const request = renewal(world);
      const trace = await traceOf(world, request);
      world.provoke('charge', 'not_done_no_answer');
      await world.provider.chargeMandate(request);
      world.calm();
      const early = await world.provider.lookup(trace);
      minutesLater(world, notChargedAfterMs / 60_000);
      await world.provider.lookup(trace);
      minutesLater(world, 1);
      expect(early).toMatchObject({ kind: 'inconclusive' });
      expect(await world.provider.lookup(trace)).toMatchObject(DID_NOT_RUN[lostCharge]);
    });
  });
}
