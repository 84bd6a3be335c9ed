import type { Lookup, LookupOutcome } from '../../provider.ts';

type Lost = NonNullable<Lookup['lost']>;

/**
 * The tid of a recurring charge is born in its answer; where that was lost, the mandate's last approval is all that
 * tells of it [R field, I reasoning]. "Moved" must not be said of a charge that did not run, nor "unmoved" of one that
 * may still run.
 */

/** How far the provider's clock, and a moment from another field of its answers, may be off. */
const TOLERANCE_MS = 120_000;
/** The platform's own 11 s, about 20 min of an open bank transaction, and a margin. */
export const UNMOVED_AFTER_MS = 30 * 60_000;

export function readWitness(lost: Lost, lastApprovedAt: Date | undefined, now: Date): LookupOutcome {
  if (!lastApprovedAt) return { kind: 'inconclusive' };
  const last = wholeSeconds(lastApprovedAt);
  const sent = wholeSeconds(lost.sentAt);
  // Compared with an approval that is later than the charge itself: a clock went back, or another charge came between.
  if (lost.baseline && wholeSeconds(lost.baseline) > sent + TOLERANCE_MS) return { kind: 'inconclusive' };
  if (isAboveBaseline(last, lost)) {
    // A move from before the charge was sent is somebody else's.
    return last >= sent - TOLERANCE_MS ? { kind: 'witnessed', moved: true, lastApprovedAt } : { kind: 'inconclusive' };
  }
  const isCertain = now.getTime() >= sent + UNMOVED_AFTER_MS && !mayBeOurs(last, sent, lost);
  return isCertain ? { kind: 'witnessed', moved: false, lastApprovedAt } : { kind: 'inconclusive' };
}

function isAboveBaseline(last: number, { baseline, baselineFrom }: Lost): boolean {
  if (!baseline) return true;
  return last > wholeSeconds(baseline) + (baselineFrom === 'ledger' ? TOLERANCE_MS : 0);
}

/** Above our own books by less than the slack, and yet as late as the charge: it may be either of two charges. */
const mayBeOurs = (last: number, sent: number, { baseline }: Lost): boolean =>
  baseline !== null && last > wholeSeconds(baseline) && last >= sent - TOLERANCE_MS;

/** The provider's timestamps have seconds and nothing finer. */
const wholeSeconds = (moment: Date): number => Math.floor(moment.getTime() / 1_000) * 1_000;
