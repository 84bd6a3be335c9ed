import { createFetch } from 'ofetch';
import { Agent, DecoratorHandler, fetch, type Dispatcher } from 'undici';
import { insideTransaction } from '../database/index.ts';

/** What became of one HTTP call; a call never throws for anything that happens on the wire. */
export type Answer =
  /** No byte of the request was written to a socket: proof that nothing happened on the other side. */
  | { kind: 'not_written'; why: 'connect' | 'dns' | 'tls' }
  /** Bytes may have been written and no complete answer came back. */
  | { kind: 'no_answer'; why: 'timeout' | 'connection_lost' | 'too_large' }
  /** A complete answer; `body` is undefined where it is not JSON. */
  | { kind: 'answered'; status: number; body: unknown };

export interface CallerOptions {
  baseUrl: string;
  /** Connections kept to the host: at least as many as calls may be in flight. */
  connections: number;
  connectTimeoutMs: number;
  readTimeoutMs: number;
}

export interface HttpCaller {
  /** Posts JSON once and never repeats it. `headers` carry the credentials and reach no error. */
  post(path: string, body: object, headers: Record<string, string>): Promise<Answer>;
  close(): Promise<void>;
}

/** An answer of a payment provider is a few kilobytes; what is larger than this is no answer. */
const LARGEST_BODY = 1_048_576;

const DNS_CODES = ['ENOTFOUND', 'EAI_AGAIN', 'EAI_FAIL', 'EAI_NODATA'];
const TLS_CODE = /^(ERR_TLS|ERR_SSL|CERT_|DEPTH_ZERO|SELF_SIGNED|UNABLE_TO_|EPROTO)/;

/**
 * A caller of one host. `fetch` and `Agent` come from the same undici: a dispatcher of another major handed to Node's
 * own fetch sends the request and never delivers the answer. One timer rules; the pool's own ones are set above it.
 */
export function openCaller({ baseUrl, connections, connectTimeoutMs, readTimeoutMs }: CallerOptions): HttpCaller {
  const agent = new Agent({
    connections,
    pipelining: 1,
    connect: { timeout: connectTimeoutMs },
    headersTimeout: readTimeoutMs + 5_000,
    bodyTimeout: readTimeoutMs + 5_000,
    maxResponseSize: LARGEST_BODY,
  });
  const call = createFetch({ fetch: fetch as unknown as typeof globalThis.fetch });

  return {
    async post(path, body, headers) {
      if (insideTransaction()) throw new Error('Bug: a provider call inside a database transaction.');
      const wire = { written: false };
      try {
        const response = await call.raw<string, 'text'>(`${baseUrl}${path}`, {
          method: 'POST',
          headers: { 'content-type': 'application/json', ...headers },
          body: JSON.stringify(body),
          responseType: 'text',
          retry: false,
          ignoreResponseError: true,
          redirect: 'error',
          signal: AbortSignal.timeout(connectTimeoutMs + readTimeoutMs),
          dispatcher: agent.compose(watchWriting(wire)) as never,
        });
        return { kind: 'answered', status: response.status, body: parseJson(response._data) };
      } catch (error) {
        return readFailure(error, wire.written);
      }
    },
    close: () => agent.close(),
  };
}

/** Sets the flag when undici begins to write the request: unset at the end, no byte of it left this process. */
const watchWriting =
  (wire: { written: boolean }): Dispatcher.DispatcherComposeInterceptor =>
  (dispatch) =>
  (options, handler) => {
    const forwarding: Dispatcher.DispatchHandler = new DecoratorHandler(handler);
    forwarding.onRequestStart = (controller, context) => {
      wire.written = true;
      handler.onRequestStart?.(controller, context);
    };
    return dispatch(options, forwarding);
  };

function parseJson(text: string | undefined): unknown {
  try {
    return JSON.parse(text ?? '');
  } catch {
    return undefined;
  }
}

/** The codes of an error and its causes; messages are never parsed, and the request's headers never looked at. */
function codesOf(error: unknown): string[] {
  const codes: string[] = [];
  for (let inner = error; inner instanceof Error; inner = inner.cause) {
    const { code } = inner as { code?: unknown };
    codes.push(inner.name, ...(typeof code === 'string' ? [code] : []));
    if (inner instanceof AggregateError) codes.push(...inner.errors.flatMap(codesOf));
  }
  return codes;
}

function readFailure(error: unknown, written: boolean): Answer {
  const codes = codesOf(error);
  if (!written) {
    if (codes.some((code) => DNS_CODES.includes(code))) return { kind: 'not_written', why: 'dns' };
    if (codes.some((code) => TLS_CODE.test(code))) return { kind: 'not_written', why: 'tls' };
    return { kind: 'not_written', why: 'connect' };
  }
  if (codes.includes('TimeoutError') || codes.includes('UND_ERR_HEADERS_TIMEOUT')) {
    return { kind: 'no_answer', why: 'timeout' };
  }
  if (codes.includes('UND_ERR_RES_EXCEEDED_MAX_SIZE')) return { kind: 'no_answer', why: 'too_large' };
  return { kind: 'no_answer', why: 'connection_lost' };
}
