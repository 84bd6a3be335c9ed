import { Readable } from 'node:stream';
import { pipeline } from 'node:stream/promises';
import { readHeader } from './columns.ts';
import { decode, LONGEST_ROW, unreadable, type RawRow } from './rows.ts';

/** Rows of a CSV file with a header, one after the other: a file of any size takes the memory of its longest row. */
export async function* readCsv(chunks: AsyncIterable<Uint8Array>): AsyncGenerator<RawRow> {
  let header: string[] | undefined;
  let row = 0;
  for await (const cells of recordsOf(chunks)) {
    if (!header) header = readHeader(cells);
    else yield { row: (row += 1), cells: cells.length === header.length ? named(header, cells) : undefined };
  }
  if (!header) throw unreadable('The file is empty; its first line must name the columns.');
}

async function* recordsOf(chunks: AsyncIterable<Uint8Array>): AsyncGenerator<string[]> {
  const { CsvError, parse } = await import('csv-parse'); // few commands read one
  const parser = parse({ relax_column_count: true, skip_empty_lines: true, max_record_size: LONGEST_ROW });
  // What goes wrong while feeding also ends the parser, and its reader is told.
  const feeding = pipeline(Readable.from(decode(chunks)), parser).catch(() => undefined);
  try {
    for await (const cells of parser) yield cells as string[];
  } catch (cause) {
    if (!(cause instanceof CsvError)) throw cause;
    const at = typeof cause['lines'] === 'number' ? ` at line ${cause['lines']}` : '';
    throw unreadable(`The file is no CSV any more${at}.`, { cause });
  } finally {
    await feeding;
  }
}

const named = (header: readonly string[], cells: readonly string[]): Record<string, unknown> =>
  Object.fromEntries(header.map((field, index) => [field, readCell(field, cells[index] ?? '')]));

const NUMBERS = new Set(['originPrice', 'discountRate', 'discountPrice']);
/** An empty cell of these says nothing; of a text it says that there is none. */
const KEPT_WHEN_EMPTY = new Set([...NUMBERS, 'name', 'brand', 'categories', 'status']);

/** A cell is text; numbers and lists are read from it. What cannot be read stays text and is refused as such. */
function readCell(field: string, cell: string): unknown {
  const text = cell.trim();
  if (text === '') return KEPT_WHEN_EMPTY.has(field) ? undefined : null;
  if (field === 'categories') return text.split(/[,;|\s]+/).filter(Boolean);
  return NUMBERS.has(field) && /^\d{1,9}(?:\.\d+)?$/.test(text) ? Number(text) : cell;
}
