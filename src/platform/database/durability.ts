import type { Engine } from './engine.ts';

/**
 * What would let this database forget a commit when the power fails; empty when nothing would. A forgotten "sent" is a
 * charge that is made again, so a ledger needs every commit on disk (MySQL 8.4: innodb_flush_log_at_trx_commit and
 * sync_binlog 1; SQLite: synchronous FULL, 2, or above).
 */
export async function findForgetfulness({
  engine,
  raw,
}: {
  engine: Engine['kind'];
  raw: Engine['raw'];
}): Promise<string[]> {
  if (engine === 'sqlite') {
    const [row] = await raw('pragma synchronous');
    return Number(row?.['synchronous']) >= 2 ? [] : ['synchronous is below FULL'];
  }
  const [row] = await raw(
    'select @@innodb_flush_log_at_trx_commit as flush_log, @@log_bin as binlog, @@sync_binlog as sync_binlog',
  );
  return [
    ...(Number(row?.['flush_log']) === 1 ? [] : ['innodb_flush_log_at_trx_commit is not 1']),
    ...(Number(row?.['binlog']) === 0 || Number(row?.['sync_binlog']) === 1 ? [] : ['sync_binlog is not 1']),
  ];
}
