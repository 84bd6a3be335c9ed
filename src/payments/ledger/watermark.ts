import { mkdir, readFile, rename, rm, writeFile } from 'node:fs/promises';
import { dirname } from 'node:path';
import { eq } from '../../platform/database/sql.ts';
import type { App } from '../../app.ts';
import { isDuplicateKey } from '../../platform/database/index.ts';
import type { PaymentAttempt } from '../../schema.ts';

/**
 * Remembers outside the database the newest attempt that was sent. A database that does not know it was restored from
 * an older backup, and charging with it would charge again what the lost rows had charged.
 */
export interface Watermark {
  /** Notes an attempt that was marked SENT; writes at most once a second. */
  note(attempt: Pick<PaymentAttempt, 'id' | 'sentAt'>): void;
  /** What the file says; undefined when there is none. */
  read(): Promise<Mark | undefined>;
  readonly file: string;
  /** Gives the database its identity, so that every backup made from now on can be told from a new database. */
  prepare(): Promise<void>;
  /** Writes what is noted and not written yet. */
  flush(): Promise<void>;
  /** Forgets what was sent, once a person has compared the books: from here on this database counts as up to date. */
  lift(): Promise<void>;
}

interface Mark {
  identity: string;
  attemptId: string;
  at: string;
}

const WRITE_EVERY_MS = 1_000;
const THE_ONE_ROW = 'ledger';

type Needs = Pick<App, 'database' | 'clock' | 'newId'>;

/** A watermark kept in `file`; without a file (a database in memory) nothing is remembered. */
export function openWatermark(file: string | undefined, app: Needs): Watermark {
  let noted: Omit<Mark, 'identity'> | undefined;
  let writing: Promise<void> = Promise.resolve();
  let timer: NodeJS.Timeout | undefined;
  let identity: string | undefined;

  const write = async (): Promise<void> => {
    if (!file || !noted) return;
    const mark = noted;
    noted = undefined;
    identity ??= await identityOf(app);
    await mkdir(dirname(file), { recursive: true });
    await writeFile(`${file}.part`, `${JSON.stringify({ identity, ...mark })}\n`, { flush: true });
    await rename(`${file}.part`, file);
  };
  const flush = (): Promise<void> => {
    clearTimeout(timer);
    timer = undefined;
    writing = writing.then(write, write).catch(() => undefined); // a full disk stops no payment
    return writing;
  };

  return {
    file: file ?? '',
    prepare: async () => void (file && (identity ??= await identityOf(app))),
    note({ id, sentAt }) {
      if (!file || (noted && noted.attemptId > id)) return;
      noted = { attemptId: id, at: (sentAt ?? app.clock.now()).toISOString() };
      timer ??= setTimeout(() => void flush(), WRITE_EVERY_MS).unref();
    },
    read: async () => (file ? parseMark(await readFile(file, 'utf8').catch(() => '')) : undefined),
    flush,
    lift: async () => {
      await flush();
      if (file) await rm(file, { force: true });
    },
  };
}

function parseMark(text: string): Mark | undefined {
  try {
    return JSON.parse(text) as Mark;
  } catch {
    return undefined; // none yet
  }
}

/** A name the database got once and keeps through backup and restore; a new, empty database has another. */
async function identityOf({ database, clock, newId }: Needs): Promise<string> {
  const { ledgerIdentity: t } = database.tables;
  const read = async () => (await database.select().from(t).where(eq(t.id, THE_ONE_ROW)))[0]?.identity;
  const known = await read();
  if (known) return known;
  try {
    await database.insert(t).values({ id: THE_ONE_ROW, identity: newId(), createdAt: clock.now() });
  } catch (error) {
    if (!isDuplicateKey(error)) throw error; // another process was first
  }
  const identity = await read();
  if (!identity) throw new Error('Bug: the ledger has no identity although one was just written.');
  return identity;
}

/** Whether the database lacks the newest attempt this machine has sent: it was restored from an older backup. */
export async function isOlderThanWatermark(app: Needs & Pick<App, 'payments'>): Promise<boolean> {
  const mark = await app.payments.watermark.read();
  if (!mark) return false;
  const { paymentAttempts: t, ledgerIdentity } = app.database.tables;
  const [own] = await app.database.select().from(ledgerIdentity).where(eq(ledgerIdentity.id, THE_ONE_ROW));
  if (own?.identity !== mark.identity) return false;
  const [attempt] = await app.database.select({ id: t.id }).from(t).where(eq(t.id, mark.attemptId));
  return attempt === undefined;
}
