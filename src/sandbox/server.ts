import { randomUUID } from 'node:crypto';
import { createServer, type RequestListener } from 'node:http';
import { chanceFrom } from './chance.ts';
import { changeCustomer, changeMandate, getMandate } from './control/people.ts';
import type { CustomerChange, MandateChange } from './control/people.ts';
import { reset } from './control/reset.ts';
import type { ControlRoom } from './control/room.ts';
import type { Desk } from './desk.ts';
import { openFaultBook } from './faults/book.ts';
import { openFaultControl, type FaultReport } from './faults/control.ts';
import type { FaultRuleInput } from './faults/rules.ts';
import type { Scenario } from './faults/scenario.ts';
import { isProviderCall, openDoor } from './http/door.ts';
import { openKakaoPay } from './kakaopay/open.ts';
import { openLedger, type Ledger, type LedgerLine } from './ledger.ts';
import type { SandboxOptions } from './options.ts';
import { openPort, type Port } from './port.ts';
import { newRequestLog, type LoggedRequest } from './request-log.ts';
import { newStats, type StatsReport } from './stats.ts';
import { pauseBy, realPause } from './waits.ts';
import { buildPages } from './web.ts';

/** A running sandbox, for whoever has it in the same process; the control API does the same over HTTP. */
export interface Sandbox {
  readonly url: string;
  readonly port: number;
  /** Every executed movement, oldest first. */
  ledger(): readonly LedgerLine[];
  /** Puts a rule behind those that are there (faults/rules.ts says what it may hold); `InvalidInput` names a mistake. */
  addFault(rule: FaultRuleInput): FaultReport;
  removeFault(id: string): boolean;
  clearFaults(): void;
  faults(): FaultReport[];
  /** Puts a scenario in the place of all rules: `{ name: 'outage', timeScale: 0.1 }`, or one with rules of its own. */
  playScenario(scenario: Partial<Scenario>): FaultReport[];
  /** By SID or by the hash that the ledger shows. */
  changeMandate(sid: string, change: MandateChange): void;
  changeCustomer(customer: string, change: CustomerChange): void;
  stats(): StatsReport & { executed: number };
  /** The last 1,000 calls, newest first. */
  requests(): LoggedRequest[];
  /** Takes back what the sandbox was told; with `ledgerToo` also what it executed, unless that is in a file. */
  reset(ledgerToo?: boolean): void;
  close(): Promise<void>;
}

/** Longer than any caller's pool keeps a connection: the sandbox never hangs up on a reused one. */
const KEEP_ALIVE_MS = 75_000;

/** Starts the payment-provider sandbox; rejects with the system's own error when the port is taken. */
export async function startSandbox(options: SandboxOptions): Promise<Sandbox> {
  const opened = Promise.withResolvers<RequestListener>();
  opened.promise.catch(() => undefined); // told through startSandbox itself; callers of the moment between are cut off
  let listener: RequestListener = (request, response) => {
    opened.promise.then((open) => open(request, response)).catch(() => response.destroy());
  };
  const server = createServer({ keepAliveTimeout: KEEP_ALIVE_MS }, (request, response) => listener(request, response));

  // The port comes first: it keeps a second start from cutting the ledger file of a sandbox that still runs.
  const { host = '127.0.0.1', port: wanted = 0, ledgerFile } = options;
  const port = await openPort(server, host, wanted);
  const url = `http://${host.includes(':') ? `[${host}]` : host}:${port.number}`;
  try {
    const ledger = await openLedger(ledgerFile);
    const room = furnish(options, { ledger, url, port });
    listener = listenerFor(room, options);
    opened.resolve(listener);
    return sandboxOver(room, url, port);
  } catch (error) {
    opened.reject(error);
    await port.close();
    throw error;
  }
}

interface Place {
  ledger: Ledger;
  url: string;
  port: Port;
}

function furnish(options: SandboxOptions, { ledger, url, port }: Place): ControlRoom {
  const { clock, seed = randomUUID(), latencyMs = 0, strict = true, blackout = true, virtualWaits = false } = options;
  const chance = chanceFrom(seed);
  const book = openFaultBook(clock);
  const checkoutUrl = (tid: string) => `${url}/sandbox/checkout/${tid}`;
  const desk: Desk = {
    kakaopay: openKakaoPay({ clock, ledger, chance, checkoutUrl, hasBlackout: blackout }),
    faults: book,
    chance,
    stats: newStats(),
    log: newRequestLog(),
    pause: virtualWaits ? pauseBy(clock) : realPause,
    latency: options.latency ?? (latencyMs > 0 ? { kind: 'constant', ms: latencyMs } : undefined),
    isStrict: strict,
  };
  const faults = openFaultControl(book, clock, port);
  if (options.scenario) faults.play(options.scenario);
  for (const rule of options.faults ?? []) faults.set(rule, 'last');
  return { desk, clock, faults };
}

function listenerFor(room: ControlRoom, options: SandboxOptions): RequestListener {
  const door = openDoor(room.desk);
  const pages = buildPages(room, options);
  return (request, response) => (isProviderCall(request) ? door : pages)(request, response);
}

function sandboxOver(room: ControlRoom, url: string, port: Port): Sandbox {
  const { desk, faults } = room;
  const { kakaopay, stats, log } = desk;
  let closing: Promise<void> | undefined;
  return {
    url,
    port: port.number,
    ledger: () => kakaopay.ledger.lines(),
    addFault: (rule) => faults.set(rule),
    removeFault: (id) => faults.remove(id),
    clearFaults: () => faults.clear(),
    faults: () => faults.list(),
    playScenario: (scenario) => faults.play(scenario),
    changeMandate: (sid, change) => changeMandate(kakaopay, getMandate(kakaopay, sid), change),
    changeCustomer: (customer, change) => changeCustomer(kakaopay, customer, change),
    stats: () => ({ ...stats.report(), executed: kakaopay.ledger.executed() }),
    requests: () => log.list(),
    reset: (ledgerToo = false) => reset(room, ledgerToo),
    close: () => (closing ??= port.close().then(() => kakaopay.ledger.close())),
  };
}
