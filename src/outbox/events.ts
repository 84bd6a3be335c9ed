/** Orders to ourselves: what must still be done because of a change, outside the database or apart from its transaction. */
export const COMMAND_TYPES = ['refund.execute', 'mandate.deactivate', 'sales.apply'] as const;

/** What others are told after a change; each sink takes those it is configured for. */
export const NOTICE_TYPES = [
  'user.password_changed',
  'user.password_reset',
  'order.paid',
  'order.refunded',
  'subscription.created',
  'subscription.renewed',
  'subscription.renewal_upcoming',
  'subscription.skipped',
  'subscription.payment_method_required',
  'subscription.resumed',
  'subscription.cancelled',
  'payment.failed',
  'payment.needs_operator',
] as const;

export type CommandType = (typeof COMMAND_TYPES)[number];
export type NoticeType = (typeof NOTICE_TYPES)[number];
export type EventType = CommandType | NoticeType;

/** Who carries out commands; every other handler is the name of a sink. */
export const COMMAND_HANDLER = 'command';

/** A row may hold a type of a newer release, or of one long gone. */
export const isCommandType = (type: string): type is CommandType => (COMMAND_TYPES as readonly string[]).includes(type);

export const isEventType = (type: string): type is EventType =>
  isCommandType(type) || (NOTICE_TYPES as readonly string[]).includes(type);

/** The handlers an event is written for, one row each, so that a slow one delays nobody else. */
export const handlersOf = (type: EventType): readonly string[] => (isCommandType(type) ? [COMMAND_HANDLER] : ['log']);
