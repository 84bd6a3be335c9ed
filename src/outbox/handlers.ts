import type { App } from '../app.ts';
import type { OutboxEvent } from '../schema.ts';
import { COMMAND_HANDLER, isCommandType, isEventType, type CommandType } from './events.ts';

/**
 * Carries out one command. It may be called again with the same event, after a crash even when it had succeeded; it ends
 * within `outbox.leaseSeconds`, or another process calls it beside this one. What it throws counts as a failed try, but
 * for `Postpone`.
 */
export type Handler = (app: App, event: OutboxEvent) => Promise<void>;

/** Who carries out which command; upper features give theirs to src/app.ts. */
export type Handlers = Partial<Record<CommandType, Handler>>;

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
export async function handOver(app: App, event: OutboxEvent): Promise<void> {
  const { type, handler } = event;
  if (!isEventType(type)) throw new Undeliverable(`This release knows no event ${type}.`);
  if (handler === COMMAND_HANDLER) {
    const carryOut = isCommandType(type) ? app.handlers[type] : undefined;
    if (!carryOut) throw new Undeliverable(`Nobody here carries out ${type}.`);
    return carryOut(app, event);
  }
  const sink = app.sinks.find(({ name }) => name === handler);
  if (!sink?.takes(type)) throw new Undeliverable(`No sink ${handler} takes ${type} here.`);
  return sink.deliver(event);
}
