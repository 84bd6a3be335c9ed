import type { App } from '../app.ts';
import { findForgetfulness } from '../platform/database/index.ts';
import { Misconfigured } from '../platform/errors.ts';
import { selfTest } from '../platform/http/index.ts';
import type { SettlingApp } from './ledger/settle.ts';
import { ingestSpool } from './ledger/spool.ts';
import { isOlderThanWatermark } from './ledger/watermark.ts';

/**
 * Comes before the first payment of a process: secrets are there, answers kept on disk are booked, and a database that
 * was restored from an older backup is told from one that is up to date. Throws `Misconfigured` for what is missing,
 * for a transport that loses answers, and in production for a database that may forget commits.
 */
export async function readyPayments(app: SettlingApp & Pick<App, 'config'>): Promise<{ spooled: number }> {
  const { payments, log } = app;
  payments.provider(payments.defaultProvider);
  payments.vault();
  await selfTest();
  await refuseForgetting(app);
  const spooled = await ingestSpool(app);
  await payments.watermark.prepare();
  if (await isOlderThanWatermark(app)) {
    payments.halt();
    log.error(
      { event: 'ledger_older', file: payments.watermark.file },
      'the database is older than the last charge of this machine; compare it with the provider, then remove the file',
    );
  }
  return { spooled };
}

async function refuseForgetting({ config, database, log }: Pick<App, 'config' | 'database' | 'log'>): Promise<void> {
  const found = await findForgetfulness(database);
  if (found.length === 0) return;
  const sentence = `The database may forget payments when the power fails: ${found.join('; ')}.`;
  if (config.env === 'production') throw new Misconfigured('DATABASE_FORGETFUL', sentence, { facts: { found } });
  log.warn({ event: 'database_forgetful', found }, sentence);
}
