import { and, asc, eq, gt } from '../../platform/database/sql.ts';
import type { App } from '../../app.ts';
import { isDuplicateKey } from '../../platform/database/index.ts';
import type { Mandate } from '../../schema.ts';

type RekeyingApp = Pick<App, 'database' | 'payments' | 'log'>;

export interface Rekeyed {
  schema: 'pillivery.payments-rekey/1';
  /** Tokens that were sealed anew with the present key. */
  sealed: number;
  /** Tokens of an earlier key that are still there: its secret may not be removed. */
  left: number;
}

const BATCH = 500;

/**
 * Seals every mandate token of an earlier key anew, cipher and hash. May be interrupted, repeated, and run beside
 * servers: each row is changed only while it holds the cipher that was opened.
 */
export async function resealMandates(app: RekeyingApp): Promise<Rekeyed> {
  let sealed = 0;
  for await (const batch of earlierSealed(app)) {
    for (const mandate of batch) if (await reseal(app, mandate)) sealed += 1;
  }
  let left = 0;
  for await (const batch of earlierSealed(app)) left += batch.length;
  return { schema: 'pillivery.payments-rekey/1', sealed, left };
}

type Sealed = Pick<Mandate, 'id' | 'tokenCipher'>;

/** One walk over all mandates by id, giving those whose token an earlier key has sealed. */
async function* earlierSealed({ database, payments }: RekeyingApp): AsyncGenerator<Sealed[]> {
  const { mandates: m } = database.tables;
  let last = '';
  for (;;) {
    const page = await database
      .select({ id: m.id, tokenCipher: m.tokenCipher })
      .from(m)
      .where(gt(m.id, last))
      .orderBy(asc(m.id))
      .limit(BATCH);
    yield page.filter(({ tokenCipher }) => !payments.vault().isCurrent(tokenCipher));
    if (page.length < BATCH) return;
    last = page.at(-1)?.id ?? last;
  }
}

/** `false` when its key is not configured, when the same token is there already, or when somebody else was faster. */
async function reseal({ database, payments, log }: RekeyingApp, { id, tokenCipher }: Sealed): Promise<boolean> {
  const { mandates: m } = database.tables;
  const vault = payments.vault();
  if (!vault.canOpen(tokenCipher)) {
    log.error(
      { event: 'token_key_unknown', mandateId: id },
      'a mandate was encrypted with a key that is not configured',
    );
    return false;
  }
  const { cipher, hash } = vault.seal(vault.open(tokenCipher));
  try {
    // In a transaction although it is one statement, for those are repeated after a deadlock.
    const written = await database.transaction((tx) =>
      tx
        .update(m)
        .set({ tokenCipher: cipher, tokenHash: hash })
        .where(and(eq(m.id, id), eq(m.tokenCipher, tokenCipher))),
    );
    return written.rowsAffected === 1;
  } catch (error) {
    if (!isDuplicateKey(error)) throw error;
    log.error({ event: 'token_twice', mandateId: id }, 'two mandates hold the same token; one keeps its earlier key');
    return false;
  }
}
