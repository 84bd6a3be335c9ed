import { createFetch } from 'ofetch';
import { Agent, fetch, type Dispatcher } from 'undici';
import { insideTransaction } from '../database/index.ts';
import { readFailure } from './failure.ts';
import { watchWire, type WireOptions } from './wire.ts';

/** What became of one HTTP call; a call never throws for anything that happens on the wire. */
export type Answer =
  /** No byte of the request was written to a socket: proof that nothing happened on the other side. */
  | { kind: 'not_written'; why: 'connect' | 'dns' | 'tls' | 'too_late' }
  /** Bytes may have been written and no complete answer came back. */
  | { kind: 'no_answer'; why: 'timeout' | 'connection_lost' | 'too_large' | 'redirected' }
  /** A complete answer; `body` is undefined where it is not JSON. */
  | { kind: 'answered'; status: number; body: unknown; retryAfterMs?: number };

export interface PostOptions {
  /** Credentials and the like; they reach no error and no log. */
  headers: Record<string, string>;
  /** Fires when the time for connecting and reading is over; it comes from the guard. */
  signal: AbortSignal;
  /** Asked right before the first byte: after `false` nothing is written and the answer is `not_written`, `too_late`. */
  mayWrite?: () => boolean;
}

/** A request that is not a post of JSON. */
export interface PlainRequest {
  method: string;
  /** Under `baseUrl`; a whole address where that is empty. */
  path: string;
  body?: string;
}

export interface HttpCaller {
  /** Posts JSON once and never repeats it. Throws only for a programmer's mistake. */
  post(path: string, body: object, options: PostOptions): Promise<Answer>;
  /** Sends any other request once, under the same promises. */
  send(request: PlainRequest, options: PostOptions): Promise<Answer>;
  close(): Promise<void>;
}

/** Who carries the calls. Both halves must be of one undici; the self-test is given others to prove that it notices. */
export interface Transport {
  fetch: typeof globalThis.fetch;
  openAgent(options: Agent.Options): Dispatcher;
}

export interface CallerOptions {
  baseUrl: string;
  /** Connections kept to the host: at least the group's bulkhead, so that no call waits in the pool's own queue. */
  connections: number;
  connectTimeoutMs: number;
  readTimeoutMs: number;
  transport?: Transport;
}

/**
 * `fetch` and `Agent` come from the same undici: a dispatcher of another major handed to Node's own fetch sends the
 * request and never delivers the answer.
 */
const OWN_UNDICI: Transport = {
  fetch: fetch as unknown as typeof globalThis.fetch,
  openAgent: (options) => new Agent(options),
};

/** An answer of a payment provider is a few kilobytes; what is larger than this is no answer. */
const LARGEST_BODY = 1_048_576;

/** The pool's own timers stand this far above the read deadline, so that the caller's signal rules. */
const TIMER_MARGIN_MS = 5_000;

/** A caller of one host for one group of operations. */
export function openCaller({ transport = OWN_UNDICI, ...options }: CallerOptions): HttpCaller {
  const agent = transport.openAgent(agentOptions(options));
  const call = createFetch({ fetch: transport.fetch });

  const sendOnce: HttpCaller['send'] = async ({ path, ...request }, { headers, ...wireOptions }) => {
    if (insideTransaction()) throw new Error('Bug: a provider call inside a database transaction.');
    return send(agent, wireOptions, (dispatcher) =>
      call.raw<ReadableStream<Uint8Array>, 'stream'>(`${options.baseUrl}${path}`, {
        ...request,
        ...ONCE,
        headers,
        signal: wireOptions.signal,
        dispatcher: dispatcher as never,
      }),
    );
  };

  return {
    send: sendOnce,
    post: (path, body, { headers, ...rest }) =>
      sendOnce({ method: 'POST', path, body: JSON.stringify(body) }, { ...rest, headers: jsonHeaders(headers) }),
    close: () => agent.close(),
  };
}

/** One try: no repetition, no redirect, and the body as it came. */
const ONCE = { responseType: 'stream', retry: false, ignoreResponseError: true, redirect: 'error' } as const;

const jsonHeaders = (headers: Record<string, string>) => ({ 'content-type': 'application/json', ...headers });

const agentOptions = ({ connections, connectTimeoutMs, readTimeoutMs }: CallerOptions): Agent.Options => ({
  connections,
  pipelining: 1,
  // Over HTTP/2 calls would share a connection, and wait in the pool's queue until the first one has negotiated it.
  allowH2: false,
  connect: { timeout: connectTimeoutMs },
  headersTimeout: readTimeoutMs + TIMER_MARGIN_MS,
  bodyTimeout: readTimeoutMs + TIMER_MARGIN_MS,
});

type RawResponse = Response & { _data?: ReadableStream<Uint8Array> };

async function send(
  agent: Dispatcher,
  options: WireOptions,
  request: (dispatcher: Dispatcher) => Promise<RawResponse>,
): Promise<Answer> {
  const wire = watchWire(options);
  try {
    const response = await request(agent.compose(wire.intercept));
    const text = await readText(response._data);
    if (text === undefined) return { kind: 'no_answer', why: 'too_large' };
    return { kind: 'answered', status: response.status, body: parseJson(text), ...retryAfter(response.headers) };
  } catch (error) {
    return readFailure(error, wire.end(), options.signal);
  }
}

/** The whole body, counted after unpacking; undefined where it is larger than any answer, which ends the connection. */
async function readText(body: ReadableStream<Uint8Array> | undefined): Promise<string | undefined> {
  const chunks: Uint8Array[] = [];
  let size = 0;
  for await (const chunk of body ?? []) {
    size += chunk.byteLength;
    if (size > LARGEST_BODY) return undefined;
    chunks.push(chunk);
  }
  return new TextDecoder().decode(Buffer.concat(chunks));
}

function parseJson(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return undefined;
  }
}

/** `Retry-After` in seconds or as a date, which is read against the answer's own date: no clock of ours is asked. */
function retryAfter(headers: Headers): { retryAfterMs?: number } {
  const value = headers.get('retry-after') ?? '';
  const ms = /^\d+$/.test(value) ? Number(value) * 1_000 : Date.parse(value) - Date.parse(headers.get('date') ?? '');
  return Number.isFinite(ms) && ms >= 0 ? { retryAfterMs: ms } : {};
}
