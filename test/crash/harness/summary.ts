import { nameOf } from './combinations.ts';
import type { Ended } from './lanes.ts';

/** What some runs came to. */
interface Sums {
  runs: number;
  kills: number;
  charges: number;
  doubleCharges: number;
  lostCycles: number;
  /** Still in doubt when nothing moved any more; a person was asked about each. */
  unknownOpen: number;
  /** Booked on a person's word, as a witness had proposed. */
  proposals: number;
}

export interface Summary extends Sums {
  seconds: number;
  killsOf: Record<'runner' | 'server' | 'sandbox' | 'database', number>;
  /** How often a process was killed at each named place. */
  points: Record<string, number>;
  byEngine: Record<string, Sums>;
  failures: Failure[];
}

interface Failure {
  /** The command that plays this very run again. */
  replay: string;
  says: string[];
}

export function summarise(ended: readonly Ended[], seconds: number): Summary {
  const killsOf = { runner: 0, server: 0, sandbox: 0, database: 0 };
  const points: Record<string, number> = {};
  for (const { played } of ended) {
    for (const who of Object.keys(killsOf) as (keyof typeof killsOf)[]) killsOf[who] += played?.kills[who] ?? 0;
    for (const [name, count] of Object.entries(played?.kills.points ?? {})) points[name] = (points[name] ?? 0) + count;
  }
  const groups = Object.entries(Object.groupBy(ended, ({ combination }) => nameOf(combination)));
  return {
    ...sumsOf(ended),
    seconds: Math.round(seconds),
    killsOf,
    points,
    byEngine: Object.fromEntries(groups.map(([name, group]) => [name, sumsOf(group ?? [])])),
    failures: ended.flatMap(failureOf),
  };
}

function sumsOf(ended: readonly Ended[]): Sums {
  const played = ended.flatMap((end) => end.played ?? []);
  const sum = (numberOf: (one: (typeof played)[number]) => number) =>
    played.reduce((all, one) => all + numberOf(one), 0);
  return {
    runs: ended.length,
    kills: sum(({ kills }) => kills.runner + kills.server + kills.sandbox + kills.database),
    charges: sum(({ charges }) => charges),
    doubleCharges: sum(({ doubles }) => doubles.length),
    lostCycles: sum(({ lost }) => lost.length),
    unknownOpen: sum(({ unknownOpen }) => unknownOpen),
    proposals: sum(({ proposals }) => proposals),
  };
}

function failureOf({ seed, combination: { engine, runners }, played, error }: Ended): Failure[] {
  const says = played ? [...played.doubles, ...played.lost, ...played.stuck] : [error ?? ''];
  if (says.length === 0) return [];
  return [{ replay: `npm run crash -- --runs 1 --seed ${seed} --engine ${engine} --runners ${runners}`, says }];
}

export function describe({ failures, killsOf, points, byEngine, seconds, ...sums }: Summary): string {
  const line = (name: string, { runs, kills, charges, doubleCharges, lostCycles, unknownOpen, proposals }: Sums) =>
    `${name}: ${runs} runs, ${kills} kills, ${charges} charges, ${doubleCharges} double, ${lostCycles} lost, ` +
    `${unknownOpen} unknown, ${proposals} booked on a person's word`;
  return [
    ...Object.entries(byEngine).map(([name, group]) => line(name, group)),
    line('all', sums),
    `killed: ${Object.entries(killsOf)
      .map(([who, count]) => `${who} ${count}`)
      .join(', ')}; ${seconds} s`,
    `at named places: ${Object.entries(points)
      .map(([name, count]) => `${name} ${count}`)
      .join(', ')}`,
    ...failures.map(({ replay, says }) => `FAILED, again with: ${replay}\n  ${says.join('\n  ')}`),
  ].join('\n');
}
