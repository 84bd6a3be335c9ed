import type { Subscription } from '../../schema.ts';
import { resultOfClosed } from './conclude-closed.ts';
import { concludeOpen } from './conclude-cycle.ts';
import type { File } from './file.ts';
import { at, type Ending, type Present } from './words.ts';

/** The story of one cycle, or of the cycle where a subscription stands. */
export function concludeSubscription(subscription: Subscription, file: File, present: Present): Ending {
  const { cycle: asked } = file.subject;
  const cycle = file.cycles.find((one) => (asked === undefined ? one.status === 'OPEN' : one.cycle === asked));
  if (cycle?.status === 'OPEN') return concludeOpen(cycle, file, present);
  const closed = cycle ?? file.cycles.at(-1);
  const next = nextOf(subscription, present);
  if (asked === undefined && isWaiting(subscription, present)) return { result: waiting(subscription), next };
  return { result: closed ? resultOfClosed(closed, file, present) : none(subscription), next };
}

const isWaiting = ({ status, nextBillingOn }: Subscription, { today }: Present): boolean =>
  status === 'ACTIVE' && nextBillingOn !== null && nextBillingOn <= today;

const waiting = ({ lastCycle, nextBillingOn }: Subscription): string =>
  `Not charged: cycle ${lastCycle + 1} fell due on ${nextBillingOn} and no run has taken it up`;

const none = ({ nextBillingOn }: Subscription): string =>
  nextBillingOn === null
    ? 'Nothing was charged'
    : `Nothing was charged yet, for nothing is due before ${nextBillingOn}`;

/** What comes after the cycles that are closed. */
export function nextOf(subscription: Subscription, present: Present): string {
  const { status, nextBillingOn, resumeOn, cancelledAt, cancelReason } = subscription;
  if (status === 'CANCELLED') {
    const why = cancelReason ? ENDED_BY[cancelReason] : 'for no reason that was kept';
    return `the subscription ended on ${at(present, cancelledAt).slice(0, 10)}, ${why}, and nothing is charged any more`;
  }
  if (status === 'PAUSED')
    return `the customer has paused the subscription, and nothing is charged before ${resumedBy(resumeOn)}`;
  if (nextBillingOn === null) return 'no next date is set, which is a mistake: pillivery verify';
  if (nextBillingOn > present.today) return `the next charge is due on ${nextBillingOn}`;
  return nextBillingOn < present.oldest
    ? 'that is too long ago to be charged silently: it is left until a person bills it with --only and --catch-up-days'
    : `the next run charges it, on ${present.today}`;
}

const resumedBy = (resumeOn: string | null): string =>
  resumeOn === null ? 'it is resumed' : `the run of ${resumeOn} has resumed it`;

const ENDED_BY = {
  CUSTOMER: 'by its customer',
  ADMIN: 'by the shop',
  PAYMENT_FAILED: 'because it was not paid',
  MANDATE_REVOKED: 'because its payment method had ended',
} as const;
