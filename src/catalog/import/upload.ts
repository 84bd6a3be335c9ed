import { InvalidInput } from '../../platform/errors.ts';
import { readCsv } from './read-csv.ts';
import { readJson } from './read-json.ts';
import type { RawRow } from './rows.ts';

/** A file as a request brings it. */
export interface Upload {
  /** Its content type, or what the browser thinks it is. */
  type: string;
  name: string;
  /** Not there when the form has no file. */
  bytes: Uint8Array | undefined;
}

/** More rows than a request should wait for; `pillivery catalog import` takes any number. */
const MOST_ROWS = 2_000;

/** All rows of an upload, before any of them is written: what cannot be read to its end changes nothing. */
export async function readUpload({ type, name, bytes }: Upload): Promise<RawRow[]> {
  if (!bytes) {
    const fields = [{ field: 'file', reason: 'required' }];
    throw new InvalidInput('VALIDATION_FAILED', 'The form has no file.', { fields });
  }
  const rows: RawRow[] = [];
  for await (const row of readerFor(type, name)(once(bytes))) {
    rows.push(row);
    if (rows.length <= MOST_ROWS) continue;
    throw new InvalidInput('TOO_MANY_ROWS', 'More than 2,000 rows; use `pillivery catalog import` for larger files.');
  }
  return rows;
}

/** What reads a file; by its name where the type says nothing, as browsers call CSV files many things. */
export const readerFor = (type: string, name: string): typeof readCsv =>
  type.includes('json') || name.toLowerCase().endsWith('.json') ? readJson : readCsv;

async function* once(bytes: Uint8Array): AsyncGenerator<Uint8Array> {
  yield bytes;
}
