import type { Guard } from '../../platform/http/index.ts';
import type { ProviderHealth } from '../provider.ts';

/** Calls that are remembered, whatever they were for. */
const REMEMBERED = 20;
/** With this many faults among them something is wrong, although no breaker may have opened yet. */
const FAULTS_THAT_SHOW = 5;

export interface HealthBook {
  note(wasFault: boolean): void;
  health(): ProviderHealth;
}

/** `takesMoney`: without these groups a shop cannot sell, so the provider counts as down when one of them is open. */
export function openHealthBook(guards: { takesMoney: readonly Guard[]; others: readonly Guard[] }): HealthBook {
  let recent: boolean[] = [];
  return {
    note: (wasFault) => void (recent = [...recent, wasFault].slice(-REMEMBERED)),
    health() {
      if (guards.takesMoney.some((guard) => guard.state().breaker === 'open')) return 'down';
      const isShaken = [...guards.takesMoney, ...guards.others].some((guard) => guard.state().breaker !== 'closed');
      const faults = recent.filter(Boolean).length;
      return isShaken || faults >= FAULTS_THAT_SHOW ? 'degraded' : 'up';
    },
  };
}
