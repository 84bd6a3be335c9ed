import { createInterface } from 'node:readline/promises';
import { Writable } from 'node:stream';

/** More than any password; what is longer is a mistake, such as a whole file. */
const LONGEST_LINE = 1_024;

/**
 * A password never comes as a flag, where it would stand in the list of processes and in the shell's history: it is a
 * line of standard input, or typed unseen, twice, at a terminal.
 */
export async function readPassword({ fromStdin }: { fromStdin: boolean }): Promise<string> {
  if (fromStdin) return firstLine();
  const { InvalidInput } = await import('../platform/errors.ts');
  const mayAsk = process.stdin.isTTY && process.stderr.isTTY && !process.env['PILLIVERY_NO_INPUT'];
  if (!mayAsk) {
    throw new InvalidInput('PASSWORD_MISSING', 'There is no terminal to ask for the password; use --password-stdin.');
  }
  const password = await typed('Password: ');
  if ((await typed('Once more: ')) === password) return password;
  throw new InvalidInput('PASSWORD_DIFFERS', 'The two passwords are not the same.');
}

async function firstLine(): Promise<string> {
  let text = '';
  for await (const chunk of process.stdin.setEncoding('utf8')) {
    text += String(chunk);
    if (text.length > LONGEST_LINE || text.includes('\n')) break;
  }
  return text.split(/\r?\n/, 1)[0] ?? '';
}

async function typed(question: string): Promise<string> {
  const unseen = new Writable({ write: (_chunk, _encoding, done) => done() });
  const terminal = createInterface({ input: process.stdin, output: unseen, terminal: true });
  terminal.on('SIGINT', () => process.kill(process.pid, 'SIGINT'));
  process.stderr.write(question);
  try {
    return await terminal.question('');
  } finally {
    terminal.close();
    process.stderr.write('\n');
  }
}
