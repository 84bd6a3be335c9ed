import { withOffset } from '../../platform/calendar.ts';
import { redact } from '../../platform/redact.ts';
import type { BillingCycle, Order, OutboxEvent, PaymentAttempt, Subscription } from '../../schema.ts';
import type { StoryEntry } from './document.ts';
import type { AttemptEvent, File } from './file.ts';
import { won } from './words.ts';

interface Happening extends Omit<StoryEntry, 'at' | 'evidence'> {
  at: Date;
  evidence?: object | null;
}

/** Everything that happened, in its order; what happened at one moment in the order of cause and effect. */
export function tellStory(file: File, timeZone: string): StoryEntry[] {
  const { subscription } = file.subject;
  const all: Happening[] = [
    ...(subscription ? started(subscription) : []),
    ...file.orders.flatMap(ofOrder),
    ...file.cycles.map(opened),
    ...file.events.flatMap((event) => ofAttempt(event, file)),
    ...file.cycles.flatMap(closed),
    ...ofRefunds(file),
    ...file.notices.map(told),
    ...(subscription ? ended(subscription) : []),
  ];
  return all
    .toSorted((one, other) => one.at.getTime() - other.at.getTime())
    .map(({ at, evidence, ...rest }) => ({ at: withOffset(timeZone, at), ...rest, evidence: shown(evidence) }));
}

/** Evidence holds no secrets; should one ever get there, nobody is shown it. */
const shown = (evidence: object | null | undefined): Record<string, unknown> | null =>
  evidence ? (redact(evidence) as Record<string, unknown>) : null;

const started = ({ id, startedAt, itemName, quantity, periodDays }: Subscription): Happening[] => [
  { at: startedAt, kind: 'subscription', about: id, what: `began: ${itemName} × ${quantity} every ${periodDays} days` },
];

const ended = ({ id, cancelledAt, cancelReason }: Subscription): Happening[] =>
  cancelledAt
    ? [{ at: cancelledAt, kind: 'subscription', about: id, what: `ended: ${cancelReason ?? 'no reason'}` }]
    : [];

function ofOrder({ number, createdAt, paidAt, payAmount, kind }: Order): Happening[] {
  const order = { kind: 'order', about: number } as const;
  if (kind === 'RENEWAL') return [{ ...order, at: createdAt, what: `made: ${won(payAmount)}, paid` }];
  return [
    { ...order, at: createdAt, what: `placed: ${won(payAmount)}` },
    ...(paidAt ? [{ ...order, at: paidAt, what: 'paid' }] : []),
  ];
}

const opened = ({ cycle, createdAt, amount, billingOn }: BillingCycle): Happening => ({
  at: createdAt,
  kind: 'cycle',
  about: String(cycle),
  what: `opened: ${won(amount)} due on ${billingOn}`,
});

const closed = ({ cycle, closedAt, status, closeReason, periodsMissed }: BillingCycle): Happening[] => {
  if (closedAt === null) return [];
  const reason = closeReason && closeReason !== status ? `, ${closeReason}` : '';
  const missed = periodsMissed > 0 ? `, ${periodsMissed} due dates missed` : '';
  return [{ at: closedAt, kind: 'cycle', about: String(cycle), what: `${status}${reason}${missed}` }];
};

function ofAttempt(event: AttemptEvent, { attempts }: File): Happening[] {
  const attempt = attempts.find(({ id }) => id === event.attemptId);
  if (!attempt) return [];
  const { fromState, toState, actor, note, createdAt, data } = event;
  const change = fromState === toState ? toState : `${fromState ?? '–'} → ${toState}`;
  const what = `${change}${fromState === null ? `, ${describe(attempt)}` : ''}, ${actor}${note ? `: ${note}` : ''}`;
  return [{ at: createdAt, kind: 'attempt', about: attempt.publicId, what, evidence: data }];
}

const describe = ({ purpose, attemptNumber, amount }: PaymentAttempt): string =>
  `${purpose} try ${attemptNumber} of ${won(amount)}`;

function ofRefunds({ refunds, refundTrail }: File): Happening[] {
  const asked = refunds.map((refund): Happening => {
    const { createdAt, publicId, amount, requestedBy, reasonCode } = refund;
    const what = `asked for: ${won(amount)}, ${requestedBy}, ${reasonCode}`;
    return { at: createdAt, kind: 'refund', about: publicId, what };
  });
  const changes = refundTrail.filter(({ before }) => before !== null); // the first row is the asking
  const changed = changes.map((row): Happening => {
    const { createdAt, targetId, before, after, actorType, reason } = row;
    const what = `${status(before)} → ${status(after)}, ${actorType}${reason ? `: ${reason}` : ''}`;
    return { at: createdAt, kind: 'refund', about: targetId, what, evidence: after };
  });
  return [...asked, ...changed];
}

const status = (row: Record<string, unknown> | null): string => {
  const value = row?.['status'];
  return typeof value === 'string' ? value : '–';
};

const told = ({ createdAt, type, status, orderingKey, payload }: OutboxEvent): Happening => ({
  at: createdAt,
  kind: 'notice',
  about: orderingKey,
  what: `${type}, ${status}`,
  evidence: payload,
});
