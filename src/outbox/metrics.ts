import type { Metrics } from '../platform/metrics.ts';
import { isEventType } from './events.ts';

/** What became of one try; `lost` when somebody else had taken the event in the meantime, or the books could not be written. */
export type Result = 'done' | 'failed' | 'dead' | 'postponed' | 'lost';

/** Upper bounds in seconds: from a line in a log to the longest a provider may take. */
const SECONDS = [0.005, 0.02, 0.1, 0.5, 1, 2.5, 5, 10, 30, 60];

/** What the relay measures. Asking again gives the same metrics. */
export const outboxMetrics = (metrics: Metrics) => ({
  events: metrics.gauge('pillivery_outbox_events', 'Events that are not delivered, by status', ['status']),
  oldest: metrics.gauge(
    'pillivery_outbox_oldest_pending_seconds',
    'How long the oldest event that could be delivered has been waiting for it',
    [],
  ),
  attempts: metrics.counter('pillivery_outbox_attempts_total', 'Tries to deliver an event', ['type', 'result']),
  seconds: metrics.histogram('pillivery_outbox_delivery_seconds', 'How long handlers took', ['sink'], SECONDS),
});

/** Types come from rows, and each label value is a series that is kept for ever. */
export const typeLabel = (type: string): string => (isEventType(type) ? type : 'unknown');
