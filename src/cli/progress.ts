/** A progress bar on a terminal; elsewhere one line as each kind of work ends. */
export interface Progress {
  show(what: string, done: number, total: number): void;
  end(): void;
}

const WIDTH = 30;
const ERASE_LINE = '\r\u001B[2K';

export function openProgress(tell: (line: string) => void, terminal: NodeJS.WriteStream = process.stderr): Progress {
  const started = performance.now();
  const isTerminal = terminal.isTTY && process.env['TERM'] !== 'dumb' && !process.env['CI'];
  return {
    show(what, done, total) {
      if (isTerminal) terminal.write(`${ERASE_LINE}${bar(what, done, total, performance.now() - started)}`);
      else if (done === total) tell(`${what}: ${total}`);
    },
    end: () => void (isTerminal && terminal.write(ERASE_LINE)),
  };
}

function bar(what: string, done: number, total: number, elapsedMs: number): string {
  const filled = Math.round((WIDTH * done) / total);
  const seconds = (elapsedMs / 1_000).toFixed(1);
  return `${what.padEnd(13)} ${'█'.repeat(filled)}${'░'.repeat(WIDTH - filled)} ${done}/${total}  ${seconds} s`;
}
