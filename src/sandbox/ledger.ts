import { openLineFile, readBack, type LineFile } from './ledger-file.ts';

/** One executed movement: the truth that audits compare the books with. */
export interface LedgerLine {
  seq: number;
  at: string;
  provider: 'KAKAOPAY';
  op: 'charge' | 'issue';
  ref: string;
  orderRef: string;
  mandateHash: string | null;
  customer: string;
  amount: number;
  answered: 'sent';
  requestId: string;
}

export type Movement = Pick<
  LedgerLine,
  'op' | 'ref' | 'orderRef' | 'mandateHash' | 'customer' | 'amount' | 'requestId'
>;

export interface Ledger {
  lines(): readonly LedgerLine[];
  /** Lines of the file that this ledger continues. */
  readonly recovered: number;
  /** Writes down what has just been executed; nothing may be answered before `durable()`. */
  record(at: Date, ...movements: Movement[]): void;
  /** Settles once every line recorded so far would survive kill -9; rejects for ever after a failed write. */
  durable(): Promise<void>;
  close(): Promise<void>;
}

const AT_ONCE = Promise.resolve();

/** A ledger in memory, or one that continues `file`. */
export async function openLedger(file?: string): Promise<Ledger> {
  const { lines, bytes } = file ? await readBack(file) : { lines: [], bytes: 0 };
  const lineFile = file ? await openLineFile(file, bytes) : undefined;
  return ledgerOver(lines, lineFile);
}

function ledgerOver(lines: LedgerLine[], lineFile: LineFile | undefined): Ledger {
  const recovered = lines.length;
  let seq = lines.at(-1)?.seq ?? 0;

  return {
    recovered,
    lines: () => lines,
    record(at, ...movements) {
      const written = movements.map((movement) => toLine((seq += 1), at, movement));
      lineFile?.append(written.map((line) => `${JSON.stringify(line)}\n`).join(''));
      lines.push(...written);
    },
    durable: () => lineFile?.flushed() ?? AT_ONCE,
    close: async () => lineFile?.close(),
  };
}

const toLine = (seq: number, at: Date, movement: Movement): LedgerLine => ({
  seq,
  at: at.toISOString(),
  provider: 'KAKAOPAY',
  op: movement.op,
  ref: movement.ref,
  orderRef: movement.orderRef,
  mandateHash: movement.mandateHash,
  customer: movement.customer,
  amount: movement.amount,
  answered: 'sent',
  requestId: movement.requestId,
});
