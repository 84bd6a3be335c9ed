import { systemClock, type Clock } from '../platform/clock.ts';
import { openLineFile, readBack, type LineFile } from './ledger-file.ts';
import type { LedgerLine, Movement } from './ledger-line.ts';

export type { Answered, LedgerLine, Movement } from './ledger-line.ts';

export interface Ledger {
  lines(): readonly LedgerLine[];
  /** Movements executed since this sandbox was started or reset. */
  executed(): number;
  /** Writes down what has just been executed; nothing may be answered before `durable()`. */
  record(at: Date, ...movements: Movement[]): void;
  /** Settles once every line recorded so far would survive kill -9; rejects for ever after a failed write. */
  durable(): Promise<void>;
  /** Forgets everything; a file is the truth and refuses by returning false. */
  forget(): boolean;
  close(): Promise<void>;
}

const AT_ONCE = Promise.resolve();

/** A ledger in memory, or one that continues `file`. */
export async function openLedger(file?: string): Promise<Ledger> {
  const { lines, bytes } = file ? await readBack(file) : { lines: [], bytes: 0 };
  const lineFile = file ? await openLineFile(file, bytes) : undefined;
  return ledgerOver(lines, lineFile, systemClock());
}

function ledgerOver(lines: LedgerLine[], lineFile: LineFile | undefined, machine: Clock): Ledger {
  const recovered = lines.length;
  let seq = lines.at(-1)?.seq ?? 0;

  return {
    executed: () => lines.length - recovered,
    lines: () => lines,
    record(at, ...movements) {
      const [real, virtual] = [machine.now().toISOString(), at.toISOString()];
      const written = movements.map((movement) => toLine({ seq: (seq += 1), at: real, atVirtual: virtual }, movement));
      lineFile?.append(written.map((line) => `${JSON.stringify(line)}\n`).join(''));
      lines.push(...written);
    },
    durable: () => lineFile?.flushed() ?? AT_ONCE,
    forget() {
      if (lineFile) return false;
      lines.length = 0;
      seq = 0;
      return true;
    },
    close: async () => lineFile?.close(),
  };
}

/** One order of fields for every line, whoever recorded it. */
const toLine = (place: Pick<LedgerLine, 'seq' | 'at' | 'atVirtual'>, movement: Movement): LedgerLine => ({
  ...place,
  provider: 'KAKAOPAY',
  op: movement.op,
  ref: movement.ref,
  orderRef: movement.orderRef,
  mandateHash: movement.mandateHash,
  customer: movement.customer,
  amount: movement.amount,
  answered: movement.answered,
  ...(movement.faultId !== undefined && { faultId: movement.faultId }),
  requestId: movement.requestId,
});
