import type { Scenario } from './scenario.ts';

/**
 * A provider that goes down slowly and comes back: every answer takes 5 s, and the share of failures rises to 75 % in
 * five minutes, stays there for ten and falls back to nothing in another five. `timeScale` 0.1 plays it in two minutes.
 */
export const outage: Scenario = {
  name: 'outage',
  rules: [
    {
      id: 'outage-failures',
      match: { until: '20m' },
      effect: {
        kind: 'ramp',
        curve: '0%:0s,75%:5m,75%:15m,0%:20m',
        effect: { kind: 'fail', status: 500, wait: '5s' },
      },
    },
    { id: 'outage-latency', match: { until: '20m' }, effect: { kind: 'delay', wait: '5s' } },
  ],
};
