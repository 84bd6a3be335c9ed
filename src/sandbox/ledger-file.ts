import { open, readFile, type FileHandle } from 'node:fs/promises';
import { z } from 'zod';
import { Misconfigured } from '../platform/errors.ts';
import { ANSWERS, MOVEMENTS, type LedgerLine } from './ledger-line.ts';

const NEWLINE = 10;

/** Lines of sandboxes before refunds have one moment only, the sandbox's own. */
const Line: z.ZodType<LedgerLine> = z
  .object({
    seq: z.int(),
    at: z.iso.datetime(),
    atVirtual: z.iso.datetime().optional(),
    provider: z.literal('KAKAOPAY'),
    op: z.enum(MOVEMENTS),
    ref: z.string(),
    orderRef: z.string(),
    mandateHash: z.string().nullable(),
    customer: z.string(),
    amount: z.int(),
    answered: z.enum(ANSWERS),
    faultId: z.string().optional(),
    requestId: z.string(),
  })
  .transform(({ atVirtual, ...line }) => ({ ...line, atVirtual: atVirtual ?? line.at }));

/** The whole lines of a ledger file and the bytes they take; a half line at the end was never answered and is left out. */
export async function readBack(file: string): Promise<{ lines: LedgerLine[]; bytes: number }> {
  const content = await readFile(file).catch((error: NodeJS.ErrnoException) => {
    if (error.code === 'ENOENT') return Buffer.alloc(0);
    throw error;
  });
  const lines: LedgerLine[] = [];
  let bytes = 0;
  for (let end = content.indexOf(NEWLINE); end !== -1; end = content.indexOf(NEWLINE, bytes)) {
    lines.push(parseLine(content.toString('utf8', bytes, end), file, lines.length + 1));
    bytes = end + 1;
  }
  return { lines, bytes };
}

function parseLine(text: string, file: string, number: number): LedgerLine {
  try {
    return Line.parse(JSON.parse(text));
  } catch (cause) {
    throw new Misconfigured(
      'SANDBOX_LEDGER_DAMAGED',
      `Line ${number} of ${file} is not a line of a sandbox ledger; name another file or move this one away.`,
      { facts: { file, line: number }, cause },
    );
  }
}

export interface LineFile {
  append(text: string): void;
  flushed(): Promise<void>;
  close(): Promise<void>;
}

/** Opens a file for appending after its first `keepBytes` bytes; what follows them is cut off. */
export async function openLineFile(file: string, keepBytes: number): Promise<LineFile> {
  const handle = await open(file, 'a');
  await handle.truncate(keepBytes);
  return groupedWrites(handle);
}

/**
 * One write and one fdatasync for all lines that wait: while a group is on its way to the disk the next one gathers.
 * A caller waits for its own group only, never for lines that arrived later.
 */
function groupedWrites(handle: FileHandle): LineFile {
  let waiting = '';
  let current = Promise.resolve();
  let next: Promise<void> | undefined;
  let failure: Error | undefined;
  let isClosed = false;

  const writeGroup = async () => {
    const group = waiting;
    waiting = '';
    current = next ?? current;
    next = undefined;
    try {
      await handle.appendFile(group);
      await handle.datasync();
    } catch (cause) {
      failure = new Error('The ledger file could not be written; nothing is executed any more.', { cause });
      throw failure;
    }
  };
  const flushed = () => {
    if (waiting === '') return current;
    // A failed group fails all later ones: lines after a hole could not be told from a damaged file.
    next ??= current.then(writeGroup);
    return next;
  };

  return {
    append(text) {
      if (isClosed) throw new Error('Bug: a movement was executed after the ledger had been closed.');
      if (failure) throw failure;
      waiting += text;
    },
    flushed,
    async close() {
      isClosed = true;
      await flushed().finally(() => handle.close());
    },
  };
}
