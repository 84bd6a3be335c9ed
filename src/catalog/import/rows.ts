import { InvalidInput, type FieldProblem } from '../../platform/errors.ts';

/** A row as the file has it; the first after the header, or of the array, is 1. */
export interface RawRow {
  row: number;
  /** By column, as the file names them. Not there for what is no row at all. */
  cells: Record<string, unknown> | undefined;
}

/** What was wrong with a field of a row; the value is not told. */
export interface Rejection extends FieldProblem {
  row: number;
}

/** A row longer than this is a quote that was never closed. */
export const LONGEST_ROW = 1_000_000;

/** The file as text. Other encodings look alike in their first lines, so a wrong byte anywhere ends the reading. */
export async function* decode(chunks: AsyncIterable<Uint8Array>): AsyncGenerator<string> {
  const decoder = new TextDecoder('utf-8', { fatal: true });
  try {
    for await (const chunk of chunks) yield decoder.decode(chunk, { stream: true });
    yield decoder.decode();
  } catch (cause) {
    if (!(cause instanceof TypeError)) throw cause;
    throw unreadable('The file is not in UTF-8; save it so and try again.', { cause });
  }
}

/** The file ends to be one at some place; rows before it were read. */
export const unreadable = (message: string, details: { cause?: unknown } = {}): InvalidInput =>
  new InvalidInput('IMPORT_UNREADABLE', message, details);
