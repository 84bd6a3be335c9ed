import { eq, inArray } from '../../platform/database/sql.ts';
import type { AttemptState } from '../../schema.ts';
import { check, type CheckingApp } from './check.ts';
import type { Range } from './ranges.ts';

/** Every change of state that there is; evidence that changes nothing is written down as a state that stays. */
const CHANGES: ReadonlySet<string> = new Set([
  'none>CREATED',
  'CREATED>SENT',
  'CREATED>NOT_CHARGED',
  'SENT>APPROVED',
  'SENT>DECLINED',
  'SENT>UNKNOWN',
  'SENT>NOT_CHARGED',
  'UNKNOWN>APPROVED',
  'UNKNOWN>NOT_CHARGED',
]);

interface Step {
  from: AttemptState | null;
  to: AttemptState;
}

/** V10: the history of an attempt is one way from nothing to the state it is in. */
export const histories = check('V10', 'paymentAttempts', async (app, range) => {
  const faults = new Map<string, string>();
  for (const [id, rows] of Map.groupBy(await readSteps(app, range), (row) => row.id)) {
    const steps = rows.flatMap(({ from, to }) => (to === null ? [] : [{ from, to }]));
    const says = rows[0] && faultOf(steps, rows[0].state);
    if (says !== undefined) faults.set(id, says);
  }
  const named = await nameAttempts(app, [...faults.keys()]);
  return named.map(({ id, publicId }) => {
    return { table: 'payment_attempts', id: publicId, says: faults.get(id) ?? '', attemptId: id };
  });
});

/** No column more than is judged: these are the most rows that any check reads. */
function readSteps({ database }: CheckingApp, range: Range) {
  const { paymentAttempts: t, paymentAttemptEvents: e } = database.tables;
  return database
    .select({ id: t.id, state: t.state, from: e.fromState, to: e.toState })
    .from(t)
    .leftJoin(e, eq(e.attemptId, t.id))
    .where(range(t.id));
}

async function nameAttempts({ database }: CheckingApp, ids: readonly string[]) {
  const { paymentAttempts: t } = database.tables;
  if (ids.length === 0) return [];
  return database
    .select({ id: t.id, publicId: t.publicId })
    .from(t)
    .where(inArray(t.id, [...ids]));
}

/**
 * Judged by what was entered and left, not by the order of the rows: two machines whose clocks differ write their events
 * with ids in the wrong order, and have done nothing wrong.
 */
export function faultOf(all: readonly Step[], state: AttemptState): string | undefined {
  const moves = all.filter(({ from, to }) => from !== to);
  const unknown = moves.find(({ from, to }) => !CHANGES.has(`${from ?? 'none'}>${to}`));
  if (unknown) return `its history goes from ${unknown.from ?? 'nothing'} to ${unknown.to}, which nothing does`;
  const visited = moves.map(({ to }) => to);
  if (new Set(visited).size < visited.length) return 'its history enters a state twice';
  const left = new Set(moves.map(({ from }) => from));
  const ends = visited.filter((to) => !left.has(to));
  if (!left.has(null)) return 'its history has no beginning';
  if (ends.length !== 1 || ends[0] !== state || left.size !== moves.length) {
    return `its history ends in ${ends.join(' and ') || 'nothing'}, and it is ${state}`;
  }
  const gap = moves.find(({ from }) => from !== null && !visited.includes(from));
  return gap && `its history leaves ${gap.from} without having come there`;
}
