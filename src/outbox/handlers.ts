import type { App } from '../app.ts';
import type { OutboxEvent } from '../schema.ts';
import { COMMAND_HANDLER, isCommandType, isEventType, type CommandType, type NoticeType } from './events.ts';

/**
 * Carries out one command. It may be called again with the same event, after a crash even when it had succeeded; it ends
 * within `outbox.leaseSeconds`, or another process calls it beside this one. What it throws counts as a failed try, but
 * for `Postpone`. A handler that marked the event DONE in its own transaction says how that went.
 */
export type Handler = (app: App, event: OutboxEvent) => Promise<void | Booked>;

/** `lost`: the event was no longer this process's, and nothing was written. */
export type Booked = 'done' | 'lost';

/** Who carries out which command; upper features give theirs to src/app.ts. */
export type Handlers = Partial<Record<CommandType, Handler>>;

/**
 * Adds to a notice what may lie in no table, such as a secret made for it; called at each try, with the payload it gives
 * going to one sink. Undefined when there is nobody left to tell, and nothing is sent.
 */
export type Completion = (app: App, event: OutboxEvent) => Promise<Record<string, unknown> | undefined>;

/** Which notices are completed when they are sent; features give theirs to src/app.ts. */
export type Completions = Partial<Record<NoticeType, Completion>>;

/** Where notices go. */
export interface Sink {
  /** As `outbox_events.handler` says it. */
  readonly name: string;
  takes(type: string): boolean;
  deliver(event: OutboxEvent): Promise<void>;
}

/** Thrown by a handler that may not act yet: the event comes again at `until`, and no try is counted. */
export class Postpone extends Error {
  readonly until: Date;

  constructor(until: Date, why: string) {
    super(why);
    this.until = until;
    this.name = 'Postpone';
  }
}

/** Nobody here can ever bring this event out, so trying again by itself makes no sense. */
export class Undeliverable extends Error {}

/** Gives the event to whom it was written for. Throws `Undeliverable` when there is nobody. */
export async function handOver(app: App, event: OutboxEvent): Promise<void | Booked> {
  const { type, handler } = event;
  if (!isEventType(type)) throw new Undeliverable(`This release knows no event ${type}.`);
  if (handler === COMMAND_HANDLER) {
    const carryOut = isCommandType(type) ? app.handlers[type] : undefined;
    if (!carryOut) throw new Undeliverable(`Nobody here carries out ${type}.`);
    return carryOut(app, event);
  }
  const sink = app.sinks.find(({ name }) => name === handler);
  if (!sink?.takes(type)) throw new Undeliverable(`No sink ${handler} takes ${type} here.`);
  const complete = isCommandType(type) ? undefined : app.completions[type];
  const payload = complete ? await complete(app, event) : event.payload;
  return payload ? sink.deliver({ ...event, payload }) : undefined;
}
