import { Unavailable } from '../errors.ts';
import { openCaller, type Answer } from './caller.ts';
import { openGuard, type GuardName, type GuardSettings, type GuardTools, type Refusal } from './guard.ts';

/** As libraries call it that let a `fetch` be handed to them. */
export interface FetchRequest {
  method: string;
  headers: Record<string, string>;
  body?: unknown;
  signal?: AbortSignal | undefined;
}

export interface GuardedFetch {
  /** A complete answer of the other side; `Unavailable` where there is none. */
  fetch(url: string, request: FetchRequest): Promise<Response>;
  close(): Promise<void>;
}

type Outcome = Answer | { kind: 'refused'; refusal: Refusal };

/**
 * A `fetch` for libraries that speak to one outside party: bulkhead, deadline, breaker, no redirects, a limit to what
 * is read. Only JSON comes through; of headers the library sees the content type alone.
 */
export function openGuardedFetch(name: GuardName, settings: GuardSettings, tools: GuardTools): GuardedFetch {
  const guard = openGuard(name, settings, tools);
  const caller = openCaller({ ...settings, baseUrl: '', connections: settings.bulkhead });
  return {
    async fetch(url, { method, headers, body, signal: outer }) {
      const request = { method, path: url, ...(hasBody(body) && { body: String(body) }) };
      const outcome = await guard.run<Outcome>({
        op: new URL(url).pathname,
        attempt: (signal) => caller.send(request, { headers, signal }),
        isFault: (result) => result.kind !== 'answered' || result.status >= 500,
        mayRepeat: (result) => result.kind === 'not_written',
        refused: (refusal) => ({ kind: 'refused', refusal }),
        ...(outer && { signal: outer }),
      });
      if (outcome.kind === 'answered') return toResponse(outcome);
      throw unavailable(outcome);
    },
    async close() {
      guard.close();
      await caller.close();
    },
  };
}

const hasBody = (body: unknown): boolean => body !== undefined && body !== null;

/** Statuses whose answers have no body; a `Response` with one cannot be made. */
const WITHOUT_BODY = new Set([204, 205, 304]);

function toResponse({ status, body }: Extract<Answer, { kind: 'answered' }>): Response {
  if (WITHOUT_BODY.has(status)) return new Response(null, { status });
  if (body === undefined) return new Response('', { status, headers: { 'content-type': 'text/plain' } });
  return Response.json(body, { status });
}

function unavailable(outcome: Exclude<Outcome, { kind: 'answered' }>): Unavailable {
  const why = outcome.kind === 'refused' ? outcome.refusal.why : outcome.why;
  return new Unavailable('PROVIDER_UNAVAILABLE', 'The other side does not answer; try again in a moment.', {
    facts: { why },
  });
}
