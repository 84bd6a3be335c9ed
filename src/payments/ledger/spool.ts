import { mkdir, open, readdir, readFile, rename, unlink } from 'node:fs/promises';
import { join } from 'node:path';
import { eq } from '../../platform/database/sql.ts';
import { randomBase32 } from '../../platform/ids.ts';
import type { PaymentAttempt } from '../../schema.ts';
import type { TokenVault } from '../mandates/token-vault.ts';
import type { Outcome } from './rules.ts';
import { settle, type SettlingApp } from './settle.ts';

/**
 * Answers that could not be booked because the database was away. For some the answer is the only place where the
 * payment's id exists, so they are kept on disk, one file each, until their settlement has committed.
 */
export interface Spool {
  /** Returns once the answer would survive a power failure. */
  keep(attempt: PaymentAttempt, outcome: Outcome): Promise<void>;
  waiting(): Promise<string[]>;
  read(name: string): Promise<{ attemptId: string; outcome: Outcome }>;
  drop(name: string): Promise<void>;
}

const DATES = new Set(['approvedAt', 'lookAt', 'notBefore', 'retryAt']);

/** A spool in a folder; the folder is made when the first answer comes. Mandate tokens lie in it sealed. */
export function openSpool(folder: string, vault: () => TokenVault): Spool {
  return {
    async keep({ id, publicId }, outcome) {
      await mkdir(folder, { recursive: true });
      const line = JSON.stringify({ attemptId: id, outcome: sealed(outcome, vault) });
      await writeDurably(folder, `${publicId}-${randomBase32(8)}.jsonl`, `${line}\n`);
    },
    async waiting() {
      const names = await readdir(folder).catch(() => []);
      return names.filter((name) => name.endsWith('.jsonl')).toSorted();
    },
    async read(name) {
      const text = await readFile(join(folder, name), 'utf8');
      const { attemptId, outcome } = JSON.parse(text, reviveDates) as { attemptId: string; outcome: Outcome };
      return { attemptId, outcome: opened(outcome, vault) };
    },
    drop: (name) => unlink(join(folder, name)),
  };
}

/** For databases that do not outlive their process: there is nothing to keep an answer for. */
export const noSpool: Spool = {
  keep: async () => {},
  waiting: async () => [],
  read: async (name) => Promise.reject(new Error(`Bug: nothing is spooled under ${name}.`)),
  drop: async () => {},
};

const reviveDates = (key: string, value: unknown): unknown =>
  DATES.has(key) && typeof value === 'string' ? new Date(value) : value;

const withToken = (outcome: Outcome, change: (token: string) => string): Outcome =>
  outcome.kind === 'approved' && outcome.mandate
    ? { ...outcome, mandate: { ...outcome.mandate, token: change(outcome.mandate.token) } }
    : outcome;

const sealed = (outcome: Outcome, vault: () => TokenVault): Outcome =>
  withToken(outcome, (token) => vault().seal(token).cipher);

const opened = (outcome: Outcome, vault: () => TokenVault): Outcome =>
  withToken(outcome, (cipher) => vault().open(cipher));

async function writeDurably(folder: string, name: string, text: string): Promise<void> {
  const unfinished = join(folder, `${name}.part`);
  const file = await open(unfinished, 'w', 0o600);
  try {
    await file.writeFile(text);
    await file.sync();
  } finally {
    await file.close();
  }
  await rename(unfinished, join(folder, name));
  const directory = await open(folder, 'r');
  await directory.sync().finally(() => directory.close());
}

/** Settles what is spooled; comes before anything else at every start. Returns how many answers were booked. */
export async function ingestSpool(app: SettlingApp): Promise<number> {
  const { spool } = app.payments;
  let booked = 0;
  for (const name of await spool.waiting()) {
    try {
      if (await ingest(app, name)) booked += 1;
    } catch (err) {
      app.log.error({ err, file: name }, 'a spooled answer could not be booked; it stays');
    }
  }
  if (booked > 0) app.log.warn({ event: 'spool_ingested', booked }, 'answers kept on disk were booked');
  return booked;
}

async function ingest(app: SettlingApp, name: string): Promise<boolean> {
  const { paymentAttempts: t } = app.database.tables;
  const { attemptId, outcome } = await app.payments.spool.read(name);
  const [attempt] = await app.database.select().from(t).where(eq(t.id, attemptId));
  if (!attempt) throw new Error(`There is no attempt ${attemptId}; this database is not the one the answer was for.`);
  await settle(app, attempt, outcome, { actor: 'PROVIDER', note: 'booked from the spool' });
  await app.payments.spool.drop(name);
  return true;
}
