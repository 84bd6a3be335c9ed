import { once } from 'node:events';
import { createServer, type Server } from 'node:http';
import { Misconfigured } from '../errors.ts';
import { openCaller, type Answer, type Transport } from './caller.ts';

/** A loopback answer takes milliseconds; a machine that is busy starting everything may need longer. */
const ANSWER_WITHIN_MS = 2_000;

/**
 * Posts to a server of its own, for `serve` and `bill` to call at their start. A broken transport would send charges
 * and lose their answers, or call a written request "not written", which ends in charging twice: better not to start.
 */
export async function selfTest(transport?: Transport): Promise<void> {
  const server = createServer((_, response) => response.end('{"heard":true}')).listen(0, '127.0.0.1');
  await once(server, 'listening');
  try {
    const { answer, watched } = await postTo(addressOf(server), transport);
    const heard = answer.kind === 'answered' && JSON.stringify(answer.body) === '{"heard":true}';
    if (!heard || !watched) throw broken(answer, watched);
  } finally {
    server.closeAllConnections();
    server.close();
  }
}

function addressOf(server: Server): string {
  const address = server.address();
  return `http://127.0.0.1:${typeof address === 'object' && address ? address.port : 0}`;
}

async function postTo(baseUrl: string, transport: Transport | undefined) {
  const timeouts = { connectTimeoutMs: ANSWER_WITHIN_MS, readTimeoutMs: ANSWER_WITHIN_MS };
  const caller = openCaller({ baseUrl, connections: 1, ...timeouts, ...(transport && { transport }) });
  let watched = false;
  const mayWrite = (): boolean => (watched = true);
  const answer = await caller.post('/', {}, { headers: {}, signal: AbortSignal.timeout(ANSWER_WITHIN_MS), mayWrite });
  await caller.close();
  return { answer, watched };
}

const broken = (answer: Answer, watched: boolean): Misconfigured =>
  new Misconfigured(
    'TRANSPORT_BROKEN',
    'Calls to payment providers would not work: a call to this machine itself was not answered. Install again with npm ci.',
    { facts: { answer: answer.kind, watched } },
  );
