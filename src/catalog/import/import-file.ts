import { createReadStream } from 'node:fs';
import { access } from 'node:fs/promises';
import { operatorNamed } from '../../audit.ts';
import { InvalidInput } from '../../platform/errors.ts';
import type { ShelfApp } from '../admin/create-item.ts';
import { importItems, type ImportReport } from './import-items.ts';
import { readerFor } from './upload.ts';

export interface FileImport {
  file: string;
  dryRun: boolean;
  defaultOriginPrice?: number | undefined;
  /** Who does it; the machine's user if left out. */
  by?: string | undefined;
  /** Told every few thousand rows how far it is. */
  tell: (line: string) => void;
}

export interface FileReport extends ImportReport {
  schema: 'pillivery.catalog-import/1';
  dryRun: boolean;
}

/** Rows between two lines of progress: some seconds. */
const TOLD_EVERY = 10_000;

/** Imports a file of any size, read as it is written. */
export async function importFile(app: ShelfApp, { file, tell, by, ...request }: FileImport): Promise<FileReport> {
  await access(file).catch((cause: unknown) => {
    throw new InvalidInput('FILE_UNREADABLE', `The file ${file} cannot be read.`, { cause });
  });
  let told = 0;
  const report = await importItems(app, {
    ...request,
    rows: readerFor('', file)(createReadStream(file)),
    by: operatorNamed(by),
    onRows(rows) {
      if (rows < told + TOLD_EVERY) return;
      told = rows;
      tell(`${rows} rows`);
    },
  });
  return { schema: 'pillivery.catalog-import/1', dryRun: request.dryRun, ...report };
}

/** What became of a file, for people; of the rejected rows the first few. */
export function describeImport({ dryRun, ...report }: FileReport, mostShown: number): string {
  const { created, updated, unchanged, rejected, rejectedRows } = report;
  const would = dryRun ? 'would be ' : '';
  const first = rejected
    .slice(0, mostShown)
    .map(({ row, field, reason }) => `row ${row}: ${field || 'the row'}: ${reason}`);
  const others =
    rejected.length > first.length ? [`and ${rejected.length - first.length} more; --json names them`] : [];
  const counts = `${created} ${would}created, ${updated} ${would}updated, ${unchanged} unchanged, ${rejectedRows} rejected`;
  return [...first, ...others, counts].join('\n');
}
