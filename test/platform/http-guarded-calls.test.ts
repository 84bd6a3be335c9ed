import type { RequestListener } from 'node:http';
import { describe, expect, it, onTestFinished, vi } from 'vitest';
import {
  openCaller,
  type Answer,
  type Guard,
  type GuardedCall,
  type HttpCaller,
  type Refusal,
} from '../../src/platform/http/index.ts';
import { guarded, times, type Settings } from '../support/guarding.ts';
import { httpServer, tcpServer } from '../support/loopback.ts';
import { freePort } from '../support/mariadb.ts';

const TIMEOUTS = { connectTimeoutMs: 300, readTimeoutMs: 300 };

type Outcome = Answer | Refusal;

/** What an adapter makes of it: a server error and silence are the provider's fault, and so is a closed port. */
const isFault = (outcome: Outcome): boolean =>
  'kind' in outcome && (outcome.kind !== 'answered' || outcome.status >= 500);

const notWritten = (outcome: Outcome): boolean => 'kind' in outcome && outcome.kind === 'not_written';

/** A guard and the connections of one group of calls to a server. */
function group(port: number, settings: Settings = {}, name = 'pay') {
  const { guard } = guarded({ ...TIMEOUTS, ...settings }, name);
  const caller: HttpCaller = openCaller({ baseUrl: `http://127.0.0.1:${port}`, connections: 50, ...TIMEOUTS });
  onTestFinished(() => caller.close());
  let tries = 0;
  const call = (more: Partial<GuardedCall<Outcome>> = {}): Promise<Outcome> =>
    guard.run<Outcome>({
      attempt: (signal) => ((tries += 1), caller.post('/x', {}, { headers: {}, signal })),
      isFault,
      mayRepeat: notWritten,
      refused: (refusal) => refusal,
      ...more,
    });
  return { guard, call, tries: () => tries };
}

/** A server that counts what it is asked and answers with a status that can be changed. */
async function counting(listener?: RequestListener) {
  const server = { requests: 0, status: 200, port: 0 };
  server.port = await httpServer((request, response) => {
    server.requests += 1;
    if (listener) listener(request, response);
    else response.writeHead(server.status).end('{}');
  });
  return server;
}

const inTurn = async (count: number, call: () => Promise<Outcome>): Promise<Outcome[]> => {
  const outcomes: Outcome[] = [];
  for (let turn = 0; turn < count; turn += 1) outcomes.push(await call());
  return outcomes;
};

const breakerOf = (guard: Guard) => guard.state().breaker;

describe('an open circuit', () => {
  it('lets nothing through to the server', async () => {
    const server = await counting();
    const { guard, call } = group(server.port, { breaker: { openMs: 60_000 } });
    server.status = 500;
    await inTurn(20, call);
    expect(breakerOf(guard)).toBe('open');
    const refusals = await Promise.all(times(10_000, 0).map(() => call()));
    expect(refusals).toEqual(
      times(10_000, expect.objectContaining({ why: 'circuit_open', retryAt: expect.any(Date) })),
    );
    expect(server.requests).toBe(20);
  });

  it('is tried with exactly 10 calls, whoever else comes', async () => {
    const server = await counting();
    const { guard, call } = group(server.port, { breaker: { openMs: 20 } });
    server.status = 500;
    await inTurn(20, call);
    server.status = 200;
    await guard.admitted();
    const outcomes = await Promise.all(times(100, 0).map(() => call()));
    expect(outcomes.filter((outcome) => 'why' in outcome)).toHaveLength(90);
    expect(server.requests).toBe(30);
    expect(breakerOf(guard)).toBe('closed');
  });

  it.each([
    [7, 'open'],
    [6, 'closed'],
  ])('that is tried with %i faults is %s afterwards', async (faults, state) => {
    const server = await counting();
    const { guard, call } = group(server.port, { breaker: { openMs: 20 } });
    server.status = 500;
    await inTurn(20, call);
    await guard.admitted();
    server.status = 200;
    await inTurn(10 - faults, call);
    server.status = 500;
    await inTurn(faults, call);
    expect(breakerOf(guard)).toBe(state);
    expect(server.requests).toBe(30);
  });
});

describe('groups of calls', () => {
  it('do not delay each other: lookups are answered while 50 approvals hang', async () => {
    const approvals = await counting(() => {});
    const lookups = await counting();
    const pay = group(approvals.port, { readTimeoutMs: 60_000, longestWaitMs: 100 });
    const lookup = group(lookups.port, { bulkhead: 20, queue: 40 }, 'lookup');
    const stop = new AbortController();
    const hanging = times(50, 0).map(() => pay.call({ signal: stop.signal }));
    await vi.waitUntil(() => approvals.requests === 50, { interval: 1 });
    const queued = times(50, 0).map(() => pay.call());
    expect(await pay.call()).toMatchObject({ why: 'bulkhead_full' });
    expect(pay.guard.state()).toMatchObject({ active: 50, waiting: 50 });
    expect(await inTurn(20, lookup.call)).toEqual(times(20, { kind: 'answered', status: 200, body: {} }));
    expect(await Promise.all(queued)).toEqual(times(50, expect.objectContaining({ why: 'bulkhead_full' })));
    expect(pay.guard.state()).toMatchObject({ active: 50, waiting: 0 });
    stop.abort();
    expect(await Promise.all(hanging)).toEqual(times(50, { kind: 'no_answer', why: 'timeout' }));
    expect(approvals.requests).toBe(50);
  });
});

describe('a call is repeated only on proof that nothing was written', () => {
  const RETRYING = { retries: 2, breaker: { minimumCalls: 40 } };

  it.each<[string, RequestListener]>([
    ['closes the connection', (request) => request.socket.destroy()],
    ['resets the connection', (request) => request.socket.resetAndDestroy()],
    [
      'closes the connection inside the answer',
      (_, response) => void response.writeHead(200).write('{', () => response.destroy()),
    ],
    ['does not answer', () => {}],
    ['answers 500', (_, response) => response.writeHead(500).end()],
    ['answers 503 with a time to come back', (_, response) => response.writeHead(503, { 'retry-after': '0' }).end()],
    ['sends it elsewhere', (_, response) => response.writeHead(307, { location: '/x' }).end()],
    ['says that it is the wrong server', (_, response) => response.writeHead(421).end()],
    ['asks for credentials', (_, response) => response.writeHead(401, { 'www-authenticate': 'Basic' }).end()],
    ['answers with broken JSON', (_, response) => response.end('{"half":')],
    ['answers too much', (_, response) => response.end('x'.repeat(2 * 1_048_576))],
  ])('and so asked once when the server %s', async (_, listener) => {
    const server = await counting(listener);
    await group(server.port, RETRYING).call();
    expect(server.requests).toBe(1);
  });

  it('and so tried three times at a closed port', async () => {
    const { call, tries } = group(await freePort(), RETRYING);
    expect(await call()).toEqual({ kind: 'not_written', why: 'connect' });
    expect(tries()).toBe(3);
  });

  it('while a read is repeated after any fault', async () => {
    const server = await counting();
    server.status = 502;
    await group(server.port, RETRYING).call({ mayRepeat: isFault });
    expect(server.requests).toBe(3);
  });

  /** A call that has just found its port closed and means to try again. */
  async function backingOff(settings: Settings) {
    const port = await freePort();
    const stop = new AbortController();
    const { promise: failed, resolve: fail } = Promise.withResolvers<void>();
    const mayRepeat = (outcome: Outcome): boolean => (fail(), notWritten(outcome));
    const outcome = group(port, { ...RETRYING, ...settings }).call({ mayRepeat, signal: stop.signal });
    await failed;
    return { port, outcome, stop };
  }

  it('and is heard once when the port opens during the back-off', async () => {
    const { port, outcome } = await backingOff({ backoffMs: 200 });
    const answer = (chunk: Buffer) => chunk.toString().endsWith('}') && 'HTTP/1.1 204 No Content\r\n\r\n';
    const server = await tcpServer((socket) => socket.on('data', (chunk) => socket.write(answer(chunk) || '')), port);
    expect(await outcome).toEqual({ kind: 'answered', status: 204, body: undefined });
    expect(server.heard().toString().match(/POST/g)).toHaveLength(1);
  });

  it('and no further call is made when it is aborted during the back-off', async () => {
    const { port, outcome, stop } = await backingOff({ backoffMs: 60_000, deadlineMs: 60_000 });
    const server = await tcpServer(undefined, port);
    stop.abort();
    expect(await outcome).toEqual({ kind: 'not_written', why: 'connect' });
    expect(server.connections()).toBe(0);
  });
});
