import { readFile } from 'node:fs/promises';
import type { FaultRuleInput } from '../../../src/sandbox/faults/rules.ts';
import type { LedgerLine } from '../../../src/sandbox/ledger-line.ts';
import { startListening } from '../../support/listening.ts';
import { watchFile } from './watch-file.ts';

/** The sandbox as a process of its own, that can be killed and comes back as it was. */
export interface Provider {
  readonly url: string;
  /** A new run begins: no faults, nobody declines, and nothing was executed in it yet. */
  begin(moment: Date): Promise<void>;
  moveTo(moment: Date): Promise<void>;
  setFaults(rules: readonly FaultRuleInput[]): Promise<void>;
  /** Every charge of this customer is declined from now on. */
  decline(customer: string, answer: Decline): Promise<void>;
  /** Charges executed in this run. */
  charges(): number;
  /** What was executed in this run, from the file that survives the process. */
  ledger(): Promise<LedgerLine[]>;
  kill(): Promise<void>;
  startAgain(): Promise<void>;
}

export interface Decline {
  code: number;
  result?: string;
}

/** How long it takes for an answer: long enough for kills to meet calls on their way. */
const LATENCY = 'uniform:5-30';

/**
 * One process serves all runs of a lane, for starting it costs more than most of what a run does. Its clock, faults and
 * customers do not survive a kill: they are told again.
 */
export async function startProvider(ledgerFile: string): Promise<Provider> {
  let [moment, movedMs, port, begun] = [new Date(0), 0, '0', 0];
  let rules: readonly FaultRuleInput[] = [];
  let declines = new Map<string, Decline>();
  // With the right time from its first call on: a provider whose clock goes back would witness nonsense.
  const start = () => {
    const flags = ['--port', port, '--ledger', ledgerFile, '--seed', '1', '--latency', LATENCY];
    const now = new Date(moment.getTime() + performance.now() - movedMs);
    return startListening(['sandbox', ...flags, '--clock', `virtual=${now.toISOString()}`]);
  };
  let process = await start();
  const { url } = process;
  port = new URL(url).port;
  const executed = watchFile(ledgerFile, '"op":"charge"');

  const ask = (path: string, method: string, body?: object) => control(`${url}/sandbox/${path}`, method, body);
  const moveTo = async (to: Date): Promise<void> => {
    [moment, movedMs] = [to, performance.now()];
    await ask('clock', 'POST', { set: to.toISOString() });
  };
  const setFaults = async (wanted: readonly FaultRuleInput[]): Promise<void> => {
    rules = wanted;
    await ask('faults', 'DELETE');
    for (const rule of rules) await ask('faults', 'POST', rule);
  };
  const setDecline = (customer: string, answer: Decline): Promise<void> =>
    ask(`customers/${customer}`, 'PATCH', { declineNext: { times: 1_000, ...answer } });
  const lines = async (): Promise<LedgerLine[]> => linesOf(await readFile(ledgerFile, 'utf8'));

  return {
    url,
    async begin(now) {
      declines = new Map();
      await setFaults([]);
      await moveTo(now);
      begun = (await lines()).length;
      executed.startOver();
    },
    moveTo,
    setFaults,
    async decline(customer, answer) {
      declines.set(customer, answer);
      await setDecline(customer, answer);
    },
    charges: executed.count,
    ledger: async () => (await lines()).slice(begun),
    async kill() {
      process.child.kill('SIGKILL');
      await process.ended;
    },
    async startAgain() {
      process = await start();
      await moveTo(new Date(moment.getTime() + performance.now() - movedMs));
      await setFaults(rules);
      for (const [customer, answer] of declines) await setDecline(customer, answer);
    },
  };
}

async function control(url: string, method: string, body?: object): Promise<void> {
  const json = { headers: { 'content-type': 'application/json' }, body: JSON.stringify(body) };
  const response = await fetch(url, { method, ...(body && json) });
  if (!response.ok) throw new Error(`The sandbox answered ${response.status}: ${await response.text()}`);
}

/** A line that was cut by a kill was never answered, and the next start cuts it off. */
const linesOf = (text: string): LedgerLine[] =>
  text
    .split('\n')
    .slice(0, -1)
    .map((line) => JSON.parse(line) as LedgerLine);
