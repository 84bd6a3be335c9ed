import { addDays } from '../../platform/calendar.ts';
import type { BillingCycle, PaymentAttempt } from '../../schema.ts';
import type { File } from './file.ts';
import { at, dueCycle, later, reasonOf, settledAt, won, type Ending, type Present } from './words.ts';

/** Why an open cycle is not charged yet, and when it will be. */
export function concludeOpen(cycle: BillingCycle, file: File, present: Present): Ending {
  const tries = triesOf(cycle, file);
  const live = tries.find(({ id }) => id === cycle.liveAttemptId);
  if (live) return underWay(cycle, live, { file, present });
  if (cycle.hold !== null) return held(cycle, tries.at(-1), { file, present });
  const rejected = tries.find((one) => one.needsOperator && one.operatorReason === 'CONFIG_REJECTED');
  if (rejected) return waitsForPerson(cycle, rejected, { file, present });
  const last = tries.at(-1);
  return last ? tried(cycle, last, { file, present }) : untried(cycle, present);
}

interface Context {
  file: File;
  present: Present;
}

export const triesOf = ({ subscriptionId, cycle }: BillingCycle, { attempts }: File): PaymentAttempt[] =>
  attempts.filter((one) => one.purpose === 'RENEWAL' && one.subscriptionId === subscriptionId && one.cycle === cycle);

function underWay(cycle: BillingCycle, live: PaymentAttempt, { file, present }: Context): Ending {
  const what = `${won(live.amount)} for ${dueCycle(cycle)}`;
  if (live.state === 'UNKNOWN') {
    const next = live.needsOperator ? decision(live) : `it is looked up again at ${at(present, live.nextCheckAt)}`;
    const result = `Not known: ${what} was sent at ${at(present, live.sentAt)} and its answer was lost`;
    return { result, next: `${next}, and it is never sent again` };
  }
  if (live.state === 'SENT') {
    const result = `Not known yet: ${what} was sent at ${at(present, live.sentAt)} and its answer is awaited`;
    return { result, next: `without one it counts as unknown from ${at(present, live.nextCheckAt)}` };
  }
  const { fencedBy } = file;
  if (fencedBy) {
    const result = `Not charged: ${dueCycle(cycle)} waits because ${fencedBy.publicId} on the same payment method is in doubt`;
    return { result, next: `the first run after that is decided charges it, not before ${present.today}` };
  }
  const result = `Not charged: try ${live.attemptNumber} for ${dueCycle(cycle)} was prepared and not sent`;
  return { result, next: `the next run sends it, on ${nextRunOn(cycle, present)}` };
}

export const decision = ({ proposal, publicId }: Pick<PaymentAttempt, 'proposal' | 'publicId'>): string =>
  `a person must say what became of it${proposal ? ` (a witness suggests ${proposal})` : ''}: pillivery payments show ${publicId}`;

function held(cycle: BillingCycle, last: PaymentAttempt | undefined, { file, present }: Context): Ending {
  if (cycle.hold === 'PAUSED') {
    const result = `Not charged: ${dueCycle(cycle)} waits because the customer has paused the subscription`;
    return { result, next: 'nothing happens before it is resumed' };
  }
  const why =
    last?.state === 'DECLINED'
      ? `was declined for good on ${dayOf(last, { file, present })} (${reasonOf(last)})`
      : 'found no payment method that can be charged';
  const next = `the customer was asked for another payment method, and without one the subscription ends on ${cycle.nextTryOn}`;
  return { result: `Not charged: ${dueCycle(cycle)} ${why}`, next };
}

const dayOf = (attempt: PaymentAttempt, { file, present }: Context): string =>
  at(present, settledAt(file, attempt)).slice(0, 10);

function waitsForPerson(cycle: BillingCycle, rejected: PaymentAttempt, context: Context): Ending {
  const day = dayOf(rejected, context);
  const result = `Not charged: the provider rejected the charge for ${dueCycle(cycle)} on ${day} (${rejected.providerCode})`;
  const next = `a person must set it right and say so (pillivery payments acknowledge ${rejected.publicId}), and the next run after that charges it`;
  return { result, next };
}

function tried(cycle: BillingCycle, last: PaymentAttempt, context: Context): Ending {
  const { present } = context;
  const day = dayOf(last, context);
  const again = nextRunOn(cycle, present);
  if (last.state === 'DECLINED') {
    const result = `Not charged: try ${last.attemptNumber} for ${dueCycle(cycle)} was declined on ${day} (${reasonOf(last)})`;
    const chance = cycle.step === present.lastStep ? 'the last time' : `step ${cycle.step} of ${present.lastStep}`;
    return { result, next: `it is tried again on ${again}, ${chance}` };
  }
  const why = (last.closeReason && RELEASED[last.closeReason]) ?? `try ${last.attemptNumber} came to nothing`;
  return { result: `Not charged: ${dueCycle(cycle)} ${why} on ${day}`, next: `the next run tries it, on ${again}` };
}

const RELEASED: Partial<Record<NonNullable<PaymentAttempt['closeReason']>, string>> = {
  PROVIDER_DOWN: 'met a payment provider that was not available',
  RESOLVED_NOT_CHARGED: 'was sent, its answer was lost, and that nothing was charged was proven',
  REFUNDED_OUTSIDE: 'was charged and given back outside our books, as a person found',
  SUPERSEDED: 'was prepared for a payment method that the customer has replaced',
  CONFIG_REJECTED: 'was rejected by the provider, and a person has dealt with that',
  ORDER_CLOSED: 'was not wanted any more when its turn came',
};

function untried(cycle: BillingCycle, present: Present): Ending {
  if (cycle.firstTryOn === null && cycle.billingOn < present.oldest) {
    const result = `Not charged: ${dueCycle(cycle)} was opened and never tried, and is too old to be charged silently`;
    return { result, next: 'it is left until a person bills it with --only and --catch-up-days' };
  }
  const result = `Not charged: ${dueCycle(cycle)} is open and was not tried yet`;
  return { result, next: `the next run charges it, on ${nextRunOn(cycle, present)}` };
}

/** The date of the run that takes it up: a cycle books one decline a date. */
const nextRunOn = ({ nextTryOn, lastTryOn }: BillingCycle, { today }: Present): string =>
  later(later(nextTryOn, today), lastTryOn === null ? today : addDays(lastTryOn, 1));
