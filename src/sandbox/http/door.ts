import type { IncomingMessage, RequestListener, ServerResponse } from 'node:http';
import { CALLS } from '../kakaopay/calls.ts';
import { refuse } from '../kakaopay/errors.ts';
import { conduct, type CallRequest } from './conduct.ts';
import type { Desk } from '../desk.ts';
import { pathOf, readText } from './read.ts';
import { send } from './send.ts';
import { turnAway } from './turn-away.ts';
import { openVisit } from './visit.ts';

/** The addresses of the providers: everything else is the sandbox's own. */
export const isProviderCall = ({ url = '' }: IncomingMessage): boolean => url.startsWith('/online/');

/**
 * The providers' side of the sandbox, on bare node:http: faults have to reach the socket, and a billing benchmark is not
 * to measure anything but billing. Everything else is served by Hono.
 */
export function openDoor(desk: Desk): RequestListener {
  return (request, response) => {
    const call = request.method === 'POST' ? CALLS[pathOf(request)] : undefined;
    void take(desk, { request, call }, response);
  };
}

async function take(desk: Desk, given: CallRequest, response: ServerResponse): Promise<void> {
  const visit = openVisit(desk, given);
  // Nobody waits for the answer any more, and nothing else is left to do.
  response.once('close', () => visit.isExecuted && visit.land());
  try {
    visit.hit = given.call && desk.faults.chooseEarly({ provider: 'KAKAOPAY', op: given.call.op });
    if (visit.hit) return await turnAway(desk, response, visit.hit);
    const text = await readText(given.request);
    if (text === undefined) return; // hung up before we had read it: nothing happens
    const { answer, sending } = await conduct(desk, { ...given, text }, visit);
    visit.land();
    visit.sent = send(response, answer, sending) ? answer : undefined;
  } catch (error) {
    complain(response, error);
  } finally {
    visit.end();
  }
}

function complain(response: ServerResponse, error: unknown): void {
  process.stderr.write(`sandbox: ${error instanceof Error ? error.stack : String(error)}\n`);
  if (response.headersSent) response.destroy();
  else send(response, refuse(-500), 'whole');
}
