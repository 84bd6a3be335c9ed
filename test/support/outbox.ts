import { asc } from '../../src/platform/database/sql.ts';
import { onTestFinished } from 'vitest';
import type { App } from '../../src/app.ts';
import { enqueueEvents, type Handler, type NewEvent, type Sink } from '../../src/outbox/index.ts';
import type { Environment } from '../../src/platform/config/index.ts';
import { openDatabase } from '../../src/platform/database/index.ts';
import { defineTables, type DeadLetter, type OutboxEvent } from '../../src/schema.ts';
import { bundle, type Bundle } from './bundle.ts';
import type { EngineName } from './databases.ts';

export interface OutboxOptions {
  engine?: EngineName;
  /** Carries out both commands. */
  carryOut?: Handler;
  sinks?: Sink[];
  /** Settings by variable name. */
  settings?: Environment;
}

/** A shop whose commands and notices go to the test. */
export async function outboxBundle({ engine, carryOut, sinks, settings = {} }: OutboxOptions = {}): Promise<Bundle> {
  const shop = await bundle({ ...(engine && { engine }), settings });
  const handlers = carryOut ? { 'mandate.deactivate': carryOut, 'refund.execute': carryOut } : {};
  return { ...shop, app: { ...shop.app, handlers, sinks: sinks ?? shop.app.sinks } };
}

/** Another process of the same shop: with a name and a connection of its own. */
export function anotherWorker({ app, databaseUrl }: Bundle): App {
  const database = openDatabase(databaseUrl, defineTables);
  onTestFinished(() => database.close());
  return { ...app, database, processId: `${app.processId}-another` };
}

let subjects = 0;

/** An order to carry something out, of its own subject unless said otherwise. */
export const command = (event: Partial<NewEvent> = {}): NewEvent => ({
  type: 'mandate.deactivate',
  subject: `subject-${(subjects += 1)}`,
  payload: {},
  ...event,
});

export const enqueue = (app: App, ...events: NewEvent[]): Promise<void> =>
  app.database.transaction((tx) => enqueueEvents(tx, app, events));

/** All events in id order. */
export const outboxOf = ({ database }: App): Promise<OutboxEvent[]> =>
  database.select().from(database.tables.outboxEvents).orderBy(asc(database.tables.outboxEvents.id));

export const lettersOf = ({ database }: App): Promise<DeadLetter[]> =>
  database.select().from(database.tables.deadLetters).orderBy(asc(database.tables.deadLetters.id));

/** The only event there is. */
export async function onlyEvent(app: App): Promise<OutboxEvent> {
  const [event, ...others] = await outboxOf(app);
  if (!event || others.length > 0) throw new Error(`Bug: there are ${others.length + (event ? 1 : 0)} events.`);
  return event;
}

const SECOND = 1_000;

/** Lets time pass. */
export const wait = ({ clock }: Pick<Bundle, 'clock'>, seconds: number): void =>
  clock.moveTo(new Date(clock.now().getTime() + seconds * SECOND));

/** A handler that writes down whom it was called for, and fails as long as `failing` says so. */
export function recorder(failing: (event: OutboxEvent) => boolean = () => false) {
  const calls: OutboxEvent[] = [];
  const successes: OutboxEvent[] = [];
  const carryOut: Handler = async (_app, event) => {
    calls.push(event);
    if (failing(event)) throw new Error('not now');
    successes.push(event);
  };
  return { carryOut, calls, successes };
}
