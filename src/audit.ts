import { hostname, userInfo } from 'node:os';
import type { App } from './app.ts';
import type { Actor, AuditRow, Transaction } from './schema.ts';

/** Who does something by hand, and from where. */
export interface Performer {
  type: Actor;
  id: string | null;
  ip?: string | null;
  requestId?: string | null;
}

export interface AuditEntry {
  by: Performer;
  /** What was done, as `outbox.retry`. */
  action: string;
  targetType: string;
  targetId: string;
  /** What mattered of the target, without secrets. */
  before?: Record<string, unknown>;
  after?: Record<string, unknown>;
  reason?: string | null;
}

/** Writes down what a person did, in the transaction that does it. */
export async function writeAudit(
  tx: Transaction,
  app: Pick<App, 'database' | 'clock' | 'newId'>,
  ...entries: readonly AuditEntry[]
): Promise<void> {
  if (entries.length === 0) return;
  const createdAt = app.clock.now();
  const rows = entries.map(({ by, before = null, after = null, reason = null, ...entry }): AuditRow => {
    const { type: actorType, id: actorId, ip = null, requestId = null } = by;
    return { id: app.newId(), actorType, actorId, ip, requestId, before, after, reason, ...entry, createdAt };
  });
  await tx.insert(app.database.tables.auditLog).values(rows);
}

/** The longest name that the audit log takes. */
const LONGEST_NAME = 64;

/** The person at the keyboard, for commands: the machine's user has the database, and with it every right. */
export const localOperator = (): Performer => ({
  type: 'ADMIN',
  id: `${userName()}@${hostname()}`.slice(0, LONGEST_NAME),
});

/** Who acts by command: the name given, or the user of the machine. */
export const operatorNamed = (name: string | undefined): Performer =>
  name?.trim() ? { type: 'ADMIN', id: name.trim().slice(0, LONGEST_NAME) } : localOperator();

/** A container may run under a number that has no name. */
function userName(): string {
  try {
    return userInfo().username;
  } catch {
    return `uid ${process.getuid?.() ?? 'unknown'}`;
  }
}
