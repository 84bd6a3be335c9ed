import { and, eq } from '../../platform/database/sql.ts';
import type { App } from '../../app.ts';
import type { Performer } from '../../audit.ts';
import { enqueueEvents } from '../../outbox/index.ts';
import { raiseDifference } from '../../payments/index.ts';
import type { OperatorReason, PaymentAttempt } from '../../schema.ts';
import type { ReconcileCheck, ReconcileDifference, ReconcileDocument } from './document.ts';

/** Rows that a report names; the rest is counted. */
const FIRST = 1_000;
const FIRST_NOT_COMPARED = 100;

export interface Differing extends Omit<ReconcileDifference, 'raised'> {
  /** The payment that a person looks at; without one the row itself is told of. */
  attempt?: PaymentAttempt | undefined;
  reason?: OperatorReason | undefined;
  /** Somebody is called for it already: it is only named. */
  known?: boolean | undefined;
}

/** Collects what a comparison finds, and calls a person for each difference once. */
export interface Findings {
  examined(check: ReconcileCheck, rows?: number): void;
  differ(difference: Differing): Promise<void>;
  settled(id: string, from: string, to: string): void;
  notCompared(check: ReconcileCheck, id: string, why: string): void;
  /** The comparison is not whole, for this reason. */
  incomplete(why: string): void;
  isIncomplete(): boolean;
  differencesOf(check: ReconcileCheck): number;
  found(): Found;
}

export type Found = Pick<ReconcileDocument, 'settled' | 'differences' | 'notCompared' | 'incomplete'> & {
  examined: ReadonlyMap<ReconcileCheck, number>;
  counts: ReadonlyMap<ReconcileCheck, number>;
};

export interface FindingsOptions {
  actor: Performer;
  dryRun: boolean;
}

export function openFindings(app: App, { actor, dryRun }: FindingsOptions): Findings {
  const [examined, counts] = [new Map<ReconcileCheck, number>(), new Map<ReconcileCheck, number>()];
  const differences: ReconcileDifference[] = [];
  const settled: Found['settled'] = [];
  const notCompared: Found['notCompared'] = { count: 0, first: [] };
  const incomplete = new Set<string>();
  const raise = (difference: Differing): Promise<boolean> =>
    difference.attempt ? raiseAttempt(app, actor, difference, difference.attempt) : tell(app, difference);
  return {
    examined: (check, rows = 1) => void examined.set(check, (examined.get(check) ?? 0) + rows),
    async differ(difference) {
      const { check, kind, table, id, says, known = false } = difference;
      counts.set(check, (counts.get(check) ?? 0) + 1);
      const raised = !dryRun && !known && (await raise(difference));
      if (differences.length < FIRST) differences.push({ check, kind, table, id, says, raised });
    },
    settled: (id, from, to) => void (settled.length < FIRST && settled.push({ id, from, to })),
    notCompared(check, id, why) {
      notCompared.count += 1;
      if (notCompared.first.length < FIRST_NOT_COMPARED) notCompared.first.push({ check, id, why });
    },
    incomplete: (why) => void incomplete.add(why),
    isIncomplete: () => incomplete.size > 0,
    differencesOf: (check) => counts.get(check) ?? 0,
    found: () => ({ examined, counts, settled, differences, notCompared, incomplete: [...incomplete] }),
  };
}

const raiseAttempt = (
  app: App,
  actor: Performer,
  { check, kind, table, id, says, reason = 'AMOUNT_MISMATCH' }: Differing,
  attempt: PaymentAttempt,
): Promise<boolean> => {
  const row = id === attempt.publicId ? '' : `${table} ${id}: `;
  const note = `reconcile ${check}: ${row}${says}`;
  return raiseDifference(app, { attempt, reason, actor, note, data: { check, kind } });
};

/** A row that is no payment has no queue of its own: people hear of it through the outbox and the log, once. */
async function tell(app: App, difference: Differing): Promise<boolean> {
  const { check, kind, table, id, says } = difference;
  if (await isTold(app, difference)) return false;
  app.log.error({ event: 'books_differ', check, kind, table, id }, says);
  const payload = { reason: 'BOOKS_DIFFER', check, kind, table, id, says };
  const told = { type: 'payment.needs_operator' as const, subject: id, occasion: `${check}:${kind}`, payload };
  await app.database.transaction((tx) => enqueueEvents(tx, app, [told]));
  return true;
}

async function isTold({ database }: App, { check, kind, id }: Differing): Promise<boolean> {
  const { outboxEvents: e } = database.tables;
  const rows = await database
    .select({ payload: e.payload })
    .from(e)
    .where(and(eq(e.orderingKey, id), eq(e.type, 'payment.needs_operator')));
  return rows.some(({ payload }) => payload['check'] === check && payload['kind'] === kind);
}
