export { enqueueEvents, type NewEvent } from './enqueue.ts';
export { finishTogether } from './finish-together.ts';
export { Postpone, type Completions, type Handler, type Handlers, type Sink } from './handlers.ts';
export { relayOnce, startRelay } from './relay.ts';
export { logSink } from './sinks/log.ts';
export { listEvents } from './list.ts';
export { retryAllDead, retryEvents } from './retry.ts';
export { discardAllDead, discardEvents } from './discard.ts';
export { EventListSchema, toEventBody, toEventRow } from './body.ts';
