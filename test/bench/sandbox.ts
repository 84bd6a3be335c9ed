import { fork, type ChildProcess } from 'node:child_process';
import { once } from 'node:events';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { Pool } from 'undici';
import type { Figures } from './run.ts';

const CHARGES = 50_000;
const WARM_UP = 5_000;
const CONNECTIONS = 64;
const WAITING = 10_000;
const WAITING_MS = 8_000;
const LATENCY_MS = 50;
/** Below half of the 3,000 charges per second that the sandbox is to manage on one core. */
const RATE = 1_400;
const RATE_SECONDS = 10;

/**
 * What the sandbox manages with no faults, how many answers it can hold back, and how exactly it holds them back. It
 * runs in a process of its own and the load comes from this one, so two cores are shared by both and charges per
 * second of the sandbox's own processor time are the figure that does not depend on the caller.
 */
export async function measure(tell: (line: string) => void): Promise<Figures> {
  const throughput = await measureThroughput();
  tell(
    `${throughput.chargesPerSecond} charges/s on the wall, ${throughput.chargesPerCpuSecond} per CPU second of the sandbox`,
  );
  const waiting = await measureWaiting();
  tell(
    `${waiting.waitingAtOnce} answers waiting at once, ${waiting.waitingAnswered} answered, ${waiting.waitingRssMiB} MiB`,
  );
  const latency = await measureLatency();
  tell(`latency ${LATENCY_MS} ms at ${RATE}/s, late at p50 and p99 in ms: ${describeLateness(latency)}`);
  return { ...throughput, ...waiting, ...latency };
}

const describeLateness = (latency: Awaited<ReturnType<typeof measureLatency>>): string =>
  [
    `by the sandbox ${latency.sandboxErrorP50Ms} and ${latency.sandboxErrorP99Ms}`,
    `by the caller ${latency.errorP50Ms} and ${latency.errorP99Ms}`,
    `a bare timer of the caller ${latency.bareTimerP50Ms} and ${latency.bareTimerP99Ms}`,
  ].join('; ');

async function measureThroughput() {
  return withSandbox(0, CONNECTIONS, async ({ pool, usage }) => {
    await inTurns(pool, WARM_UP, 'w');
    const [before, started] = [await usage(), performance.now()];
    await inTurns(pool, CHARGES, 'c');
    const [wallMs, after] = [performance.now() - started, await usage()];
    const cpuMs = after.cpuMs - before.cpuMs;
    return {
      charges: CHARGES,
      chargesPerSecond: Math.round((1_000 * CHARGES) / wallMs),
      chargesPerCpuSecond: Math.round((1_000 * CHARGES) / cpuMs),
      sandboxCpuShare: Math.round((100 * cpuMs) / wallMs) / 100,
      rssMiB: Math.round(after.rssMiB),
    };
  });
}

async function measureWaiting() {
  return withSandbox(WAITING_MS, WAITING, async ({ pool, usage, stats }) => {
    const calls = Array.from({ length: WAITING }, (_, at) => charge(pool, `q${at}`));
    let waitingAtOnce = 0;
    const answered = Promise.all(calls).then((statuses) => statuses.filter((status) => status === 200).length);
    let isOver = false;
    void answered.finally(() => (isOver = true));
    while (!isOver) {
      waitingAtOnce = Math.max(waitingAtOnce, (await stats()).inFlight);
      await sleep(200);
    }
    return { waitingAtOnce, waitingAnswered: await answered, waitingRssMiB: Math.round((await usage()).rssMiB) };
  });
}

/**
 * Seen from the caller, whose own turns and the machine's are part of it: a bare timer of the same length runs next to
 * each charge and tells how much. And as the sandbox itself has it, from a call's arrival to its answer.
 */
async function measureLatency() {
  return withSandbox(LATENCY_MS, 256, async ({ pool, requests }) => {
    await inTurns(pool, WARM_UP, 'w');
    const charges: Promise<number>[] = [];
    const timers: Promise<number>[] = [];
    const started = performance.now();
    for (let sent = 0; sent < RATE * RATE_SECONDS; sent += 1) {
      const aheadMs = started + (1_000 * sent) / RATE - performance.now();
      if (aheadMs > 1) await sleep(aheadMs);
      charges.push(lateness(charge(pool, `r${sent}`)));
      timers.push(lateness(sleep(LATENCY_MS)));
    }
    const [late, bare] = [percentiles(await Promise.all(charges)), percentiles(await Promise.all(timers))];
    const own = percentiles((await requests()).map(({ tookMs }) => tookMs - LATENCY_MS));
    return {
      latencyMs: LATENCY_MS,
      ratePerSecond: RATE,
      errorP50Ms: late.p50,
      errorP99Ms: late.p99,
      sandboxErrorP50Ms: own.p50,
      sandboxErrorP99Ms: own.p99,
      bareTimerP50Ms: bare.p50,
      bareTimerP99Ms: bare.p99,
    };
  });
}

async function lateness(work: Promise<unknown>): Promise<number> {
  const started = performance.now();
  await work;
  return performance.now() - started - LATENCY_MS;
}

function percentiles(values: number[]): { p50: number; p99: number } {
  const sorted = values.toSorted((a, b) => a - b);
  const at = (share: number) => Math.round(10 * (sorted[Math.floor(sorted.length * share)] ?? 0)) / 10;
  return { p50: at(0.5), p99: at(0.99) };
}

/** As many calls in flight as there are connections, each taking the next charge when its last one is answered. */
async function inTurns(pool: Pool, count: number, prefix: string): Promise<void> {
  let next = 0;
  const lane = async (): Promise<void> => {
    while (next < count) {
      const status = await charge(pool, `${prefix}${(next += 1)}`);
      if (status !== 200) throw new Error(`Bug: a charge was answered ${status}.`);
    }
  };
  await Promise.all(Array.from({ length: CONNECTIONS }, lane));
}

const HEADERS = { authorization: 'SECRET_KEY DEV-bench', 'content-type': 'application/json' };

/** A charge of a customer and a mandate of its own. */
async function charge(pool: Pool, name: string): Promise<number> {
  const body = JSON.stringify({
    cid: 'TCSUBSCRIP',
    sid: `SEED${name.padStart(16, '0')}`,
    partner_order_id: `pa_${name}`,
    partner_user_id: `cu_${name}`,
    item_name: '오메가3',
    quantity: 1,
    total_amount: 25_900,
    tax_free_amount: 0,
  });
  const answer = await pool.request({
    path: '/online/v1/payment/subscription',
    method: 'POST',
    headers: HEADERS,
    body,
  });
  await answer.body.dump();
  return answer.statusCode;
}

interface Usage {
  cpuMs: number;
  rssMiB: number;
}

interface Running {
  pool: Pool;
  usage(): Promise<Usage>;
  stats(): Promise<{ inFlight: number }>;
  requests(): Promise<{ tookMs: number }[]>;
}

async function withSandbox<T>(
  latencyMs: number,
  connections: number,
  work: (running: Running) => Promise<T>,
): Promise<T> {
  const child = fork(join(import.meta.dirname, 'sandbox-process.ts'), [String(latencyMs)]);
  const { port } = await heard<{ port: number }>(child);
  const url = `http://127.0.0.1:${port}`;
  const pool = new Pool(url, { connections, pipelining: 1, headersTimeout: 60_000, connectTimeout: 60_000 });
  const usage = async () => {
    child.send('usage');
    return heard<Usage>(child);
  };
  const ask = async (path: string) => (await fetch(`${url}/sandbox/${path}`)).json();
  const stats = async () => (await ask('stats')) as { inFlight: number };
  const requests = async () => ((await ask('requests')) as { requests: { tookMs: number }[] }).requests;
  try {
    return await work({ pool, usage, stats, requests });
  } finally {
    await pool.close();
    child.kill();
    await once(child, 'exit');
  }
}

async function heard<T>(child: ChildProcess): Promise<T> {
  const [message] = (await once(child, 'message')) as [T];
  return message;
}
