import { describe, expect, it } from 'vitest';
import type { Lookup } from '../../../src/payments/provider.ts';
import { readWitness } from '../../../src/payments/providers/kakaopay/witness.ts';
import { replay, scripted } from './adapter.ts';
import { lookup, MANDATE, SID } from './requests.ts';

const SENT = new Date('2026-11-24T12:00:00.900+09:00');
const SENT_SECOND = new Date('2026-11-24T12:00:00+09:00').getTime();
/** Seconds before or after the charge was sent. */
const at = (seconds: number): Date => new Date(SENT_SECOND + seconds * 1_000);

type Lost = NonNullable<Lookup['lost']>;

const lost = (baseline: Date | null, baselineFrom: Lost['baselineFrom'] = 'status'): Lost => ({
  mandate: MANDATE,
  sentAt: SENT,
  baseline,
  baselineFrom,
});

const MOVED = { kind: 'witnessed', moved: true };
const UNMOVED = { kind: 'witnessed', moved: false };
const NO_EVIDENCE = { kind: 'inconclusive' };
const HALF_AN_HOUR = 30 * 60;
const A_MONTH = 30 * 86_400;

describe('the last approval of a mandate', () => {
  it.each([
    [0, MOVED, 'the very second of the charge'],
    [-120, MOVED, 'the edge of what clocks may differ by'],
    [-121, NO_EVIDENCE, 'a move from before the charge, which is somebody else’s'],
    [600, MOVED, 'a slow approval'],
  ])('%i s after the charge, above the baseline of a status, is %j (%s)', (seconds, verdict) => {
    expect(readWitness(lost(at(-A_MONTH)), at(seconds), at(60))).toMatchObject(verdict);
  });

  it.each([
    [-60, UNMOVED, 'no more than before'],
    [-59, MOVED, 'one second above'],
    [-61, UNMOVED, 'even before it'],
  ])('%i s after the charge against a status of 60 s before it is %j (%s)', (seconds, verdict) => {
    expect(readWitness(lost(at(-60)), at(seconds), at(HALF_AN_HOUR))).toMatchObject(verdict);
  });

  it.each([
    [-180, UNMOVED, 'the same'],
    [-121, UNMOVED, 'within the tolerance of another field, and before any clock would put the charge'],
    [-60, NO_EVIDENCE, 'within that tolerance, but as late as the charge itself'],
    [-59, MOVED, 'beyond it'],
  ])('%i s after the charge against our own books of 180 s before it is %j (%s)', (seconds, verdict) => {
    expect(readWitness(lost(at(-180), 'ledger'), at(seconds), at(HALF_AN_HOUR))).toMatchObject(verdict);
  });

  it('is no "moved" of the second of two siblings charged 2 s apart, though two fields of one approval differ by 1 s', () => {
    const ledger = readWitness(lost(at(-2), 'ledger'), at(-1), at(HALF_AN_HOUR));
    const status = readWitness(lost(at(-1), 'status'), at(-1), at(HALF_AN_HOUR));
    expect([ledger, status]).toMatchObject([NO_EVIDENCE, UNMOVED]);
  });

  it.each([
    [A_MONTH, 1, 'of a charge that ran, once the clock was put right'],
    [A_MONTH, A_MONTH, 'of none that ran'],
    [121, 121, 'from just beyond what clocks may differ by'],
  ])(
    'tells nothing when it was %i s after the charge before there was one, and is %i s after it (%s)',
    (before, after) => {
      for (const from of ['status', 'ledger'] as const)
        expect(readWitness(lost(at(before), from), at(after), at(HALF_AN_HOUR))).toEqual(NO_EVIDENCE);
    },
  );

  it('that has not moved says so only half an hour after the charge was sent', () => {
    const unmoved = (seconds: number) => readWitness(lost(at(-A_MONTH)), at(-A_MONTH), at(seconds));
    expect([unmoved(29 * 60), unmoved(HALF_AN_HOUR - 1), unmoved(HALF_AN_HOUR)]).toMatchObject([
      NO_EVIDENCE,
      NO_EVIDENCE,
      UNMOVED,
    ]);
  });

  it('that nobody tells is no evidence, however late', () => {
    expect(readWitness(lost(null), undefined, at(A_MONTH))).toEqual(NO_EVIDENCE);
  });

  it('where there was none before must be about the time of the charge', () => {
    expect(readWitness(lost(null), at(1), at(60))).toMatchObject(MOVED);
    expect(readWitness(lost(null), at(-A_MONTH), at(A_MONTH))).toEqual(NO_EVIDENCE);
  });
});

describe('a lookup without any id', () => {
  const { providerPaymentId: _, ...nameless } = lookup();

  it('asks the mandate', async () => {
    const { provider, heard } = await scripted([replay('status-active', { last_approved_at: '2026-11-24T12:00:01' })]);
    expect(await provider.lookup({ ...nameless, lost: lost(at(-A_MONTH)) })).toEqual({
      ...MOVED,
      lastApprovedAt: at(1),
    });
    expect(heard).toMatchObject([
      { path: '/online/v1/payment/manage/subscription/status', body: { cid: 'TCSUBSCRIP', sid: SID } },
    ]);
  });

  it('learns nothing of a mandate that the provider does not know, or refuses to tell of', async () => {
    const ask = async (error_code: number) => {
      const { provider } = await scripted([replay('error', { error_code })]);
      return provider.lookup({ ...nameless, lost: lost(null) });
    };
    expect(await ask(-751)).toEqual(NO_EVIDENCE);
    expect(await ask(-731)).toMatchObject({ kind: 'inconclusive', codes: { code: '-731' } });
    expect(await ask(-503)).toMatchObject({ kind: 'provider_down', why: 'maintenance' });
  });

  it('asks nobody where nothing is known', async () => {
    const { provider, heard } = await scripted([replay('status-active')]);
    expect(await provider.lookup(nameless)).toEqual(NO_EVIDENCE);
    expect(heard).toEqual([]);
  });

  it('prefers the payment itself', async () => {
    const { provider, heard } = await scripted([replay('order-success-payment')]);
    expect(await provider.lookup({ ...lookup(), lost: lost(null) })).toMatchObject({ kind: 'found' });
    expect(heard).toMatchObject([{ path: '/online/v1/payment/order' }]);
  });
});
