import type { App } from '../app.ts';
import { failPoint } from '../platform/fail-points.ts';
import type { OutboxEvent } from '../schema.ts';
import { handOver, Postpone, Undeliverable, type Booked } from './handlers.ts';
import { outboxMetrics, typeLabel, type Result } from './metrics.ts';
import { bury, finish, postpone, putBack } from './outcome.ts';
import { failureText } from './rules.ts';

/** What a handler's end says. */
type Answer =
  | { kind: 'done' }
  | { kind: 'booked'; result: Booked }
  | { kind: 'postponed'; until: Date; error: Error }
  | { kind: 'failed'; error: unknown }
  | { kind: 'dead'; error: unknown };

/** Hands a claimed event over, outside any transaction, and books what became of it. Never throws. */
export async function deliverEvent(app: App, event: OutboxEvent): Promise<Result> {
  const started = app.clock.monotonicMs();
  const answer = await answerOf(app, event);
  failPoint('relay:answered');
  const seconds = (app.clock.monotonicMs() - started) / 1_000;
  const result = await book(app, event, answer);

  const { attempts, seconds: lengths } = outboxMetrics(app.metrics);
  attempts.inc({ type: typeLabel(event.type), result });
  lengths.observe({ sink: event.handler }, seconds);
  tell(app, event, { result, seconds, answer });
  return result;
}

async function answerOf(app: App, event: OutboxEvent): Promise<Answer> {
  const { maxAttempts } = app.config.outbox;
  const { attempts } = event;
  if (attempts > maxAttempts) return { kind: 'dead', error: `It was taken ${attempts - 1} times; no try is left.` };
  try {
    const booked = await handOver(app, event);
    return booked ? { kind: 'booked', result: booked } : { kind: 'done' };
  } catch (error) {
    if (error instanceof Postpone) return { kind: 'postponed', until: error.until, error };
    const isLast = attempts === maxAttempts || error instanceof Undeliverable;
    return { kind: isLast ? 'dead' : 'failed', error };
  }
}

/** An outcome that cannot be written leaves the event IN_FLIGHT: when its lease runs out, it is delivered again. */
async function book(app: App, event: OutboxEvent, answer: Answer): Promise<Result> {
  if (answer.kind === 'booked') return answer.result;
  try {
    return (await write(app, event, answer)) ? answer.kind : 'lost';
  } catch (err) {
    app.log.error({ err, eventId: event.id }, 'what became of an event could not be written');
    return 'lost';
  }
}

function write(app: App, event: OutboxEvent, answer: Exclude<Answer, { kind: 'booked' }>): Promise<boolean> {
  switch (answer.kind) {
    case 'done':
      return finish(app, event);
    case 'postponed':
      return postpone(app, event, answer.until);
    case 'failed':
      return putBack(app, event, failureText(answer.error));
    case 'dead':
      return bury(app, event, failureText(answer.error));
  }
}

interface Told {
  result: Result;
  seconds: number;
  answer: Answer;
}

/** A person should look at a dead event; a failed one is tried again by itself. */
const SAYS = {
  done: ['info', 'an event was delivered'],
  postponed: ['info', 'an event waits until its handler may act'],
  failed: ['warn', 'an event could not be delivered and is tried again'],
  lost: ['warn', 'an event was taken by another process, or could not be booked, and may be delivered twice'],
  dead: ['error', 'an event is not tried again: see pillivery events --status dead'],
} as const satisfies Record<Result, [level: 'info' | 'warn' | 'error', message: string]>;

/** One line per try. */
function tell({ log }: App, event: OutboxEvent, { result, seconds, answer }: Told): void {
  const { id: eventId, type, handler, attempts, requestId } = event;
  const error = 'error' in answer ? failureText(answer.error) : undefined;
  const [level, message] = SAYS[result];
  const fields = { event: 'outbox.delivery', eventId, type, handler, attempts, result, seconds, requestId, error };
  log[level](fields, message);
}
