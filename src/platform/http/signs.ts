import type { Log } from '../log.ts';
import type { Metrics } from '../metrics.ts';
import type { Bulkhead } from './bulkhead.ts';
import type { Gate, Period, Watcher } from './gate.ts';
import type { GuardName, Refusal } from './guard.ts';

/** What a guard shows to whoever watches the shop: metrics, and one log line for each change of the breaker. */
export interface GuardSigns {
  changed: Watcher;
  retried(op: string): void;
  refused(op: string, why: Refusal['why']): void;
  /** Takes the gauges out. */
  end(): void;
}

type Watched = { log: Log; metrics: Metrics } & Pick<Gate, 'period'> & Pick<Bulkhead, 'counts'>;

const STATE_NUMBER = { closed: 0, open: 1, half_open: 2 } as const;

const GROUP_LABELS = ['provider', 'group'] as const;

export function openSigns({ provider, group }: GuardName, watched: Watched): GuardSigns {
  const { metrics } = watched;
  const about = { provider, group };
  const stopGauges = openGauges(about, watched);
  const opened = metrics.counter('pillivery_provider_breaker_opened_total', 'Times the breaker opened', GROUP_LABELS);
  const retries = metrics.counter('pillivery_provider_retries_total', 'Further tries', ['provider', 'op']);
  const refused = metrics.counter('pillivery_provider_refused_total', 'Calls refused before the network', [
    'provider',
    'op',
    'why',
  ]);
  return {
    changed(now, before) {
      if (now.breaker === 'open') opened.inc(about);
      logChange(watched.log.child(about), now, before);
    },
    retried: (op) => retries.inc({ provider, op }),
    refused: (op, why) => refused.inc({ provider, op, why }),
    end: stopGauges,
  };
}

function openGauges(about: GuardName, { metrics, period, counts }: Watched): () => void {
  const watch = (suffix: string, help: string, read: () => number) =>
    metrics.gauge(`pillivery_provider_${suffix}`, help, GROUP_LABELS).watch(about, read);
  const stops = [
    watch('breaker_state', '0 closed, 1 open, 2 half-open', () => STATE_NUMBER[period().breaker]),
    watch('bulkhead_active', 'Calls in flight', () => counts().active),
    watch('bulkhead_waiting', 'Callers waiting for a slot', () => counts().waiting),
  ];
  return () => stops.forEach((stop) => stop());
}

function logChange(log: Log, now: Period, before: Period): void {
  const event = `breaker_${now.breaker}`;
  if (now.breaker === 'open') {
    log.warn({ event, faults: now.faults, calls: now.calls }, 'Circuit opened: calls are refused for a while.');
  } else if (now.breaker === 'half_open') {
    log.info({ event }, 'Circuit half-open: a few calls try the provider.');
  } else {
    const { faults, calls } = before as Extract<Period, { breaker: 'half_open' }>;
    log.info({ event, faults, calls }, 'Circuit closed: the provider answers again.');
  }
}
