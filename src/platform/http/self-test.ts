import { once } from 'node:events';
import { createServer, type Server } from 'node:http';
import { setTimeout as sleep } from 'node:timers/promises';
import { Misconfigured } from '../errors.ts';
import { openCaller, type Answer, type HttpCaller, type Transport } from './caller.ts';

/** A loopback answer takes milliseconds; a machine that is busy starting everything may need longer. */
const ANSWER_WITHIN_MS = 2_000;

const LIMITS = { connections: 1, connectTimeoutMs: ANSWER_WITHIN_MS, readTimeoutMs: ANSWER_WITHIN_MS };

/**
 * Posts to a server of its own, for `serve` and `bill` to call at their start. A broken transport would send charges
 * and lose their answers, or call a written request "not written", which ends in charging twice: better not to start.
 */
export async function selfTest(transport?: Transport): Promise<void> {
  const server = createServer((_, response) => response.end('{"heard":true}')).listen(0, '127.0.0.1');
  await once(server, 'listening');
  const caller = openCaller({ baseUrl: addressOf(server), ...LIMITS, ...(transport && { transport }) });
  let watched = false;
  try {
    const answer = await answerOf(caller, () => (watched = true));
    const heard = answer.kind === 'answered' && JSON.stringify(answer.body) === '{"heard":true}';
    if (!heard || !watched) throw broken(answer, watched);
  } finally {
    server.closeAllConnections();
    server.close();
    await caller.close();
  }
}

function addressOf(server: Server): string {
  const address = server.address();
  return `http://127.0.0.1:${typeof address === 'object' && address ? address.port : 0}`;
}

/** A transport that is broken may not even notice that its time is up. */
const answerOf = (caller: HttpCaller, mayWrite: () => boolean): Promise<Answer> =>
  Promise.race([
    caller.post('/', {}, { headers: {}, signal: AbortSignal.timeout(ANSWER_WITHIN_MS), mayWrite }),
    sleep<Answer>(ANSWER_WITHIN_MS, { kind: 'no_answer', why: 'timeout' }, { ref: false }),
  ]);

const broken = (answer: Answer, watched: boolean): Misconfigured =>
  new Misconfigured(
    'TRANSPORT_BROKEN',
    'Calls to payment providers would not work: a call to this machine itself was not answered. Install again with npm ci.',
    { facts: { answer: answer.kind, watched } },
  );
