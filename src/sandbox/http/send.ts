import { STATUS_CODES, type ServerResponse } from 'node:http';
import type { Sending } from '../faults/plan.ts';
import type { WireAnswer } from '../kakaopay/errors.ts';
import { realPause } from '../waits.ts';

const JSON_HEADERS = { 'Content-Type': 'application/json; charset=UTF-8', 'X-Pillivery-Sandbox': '1' };

const TRICKLE_MS = 1_000;

/** Sends an answer in the way a fault wants it; says whether all of it went out. */
export function send(response: ServerResponse, answer: WireAnswer, sending: Sending): boolean {
  if (response.destroyed || !response.socket) return false;
  if (sending === 'before_head') response.socket.destroy();
  else if (sending === 'in_head') cutInHead(response, answer);
  else if (sending === 'in_body') cutInBody(response, answer);
  else if (sending === 'trickle') void trickle(response, answer);
  else response.end(writeHead(response, answer));
  return sending === 'whole';
}

function writeHead(response: ServerResponse, { status, headers, body }: WireAnswer): string {
  const text = typeof body === 'string' ? body : JSON.stringify(body);
  const length = Buffer.byteLength(text);
  response.writeHead(status, { ...JSON_HEADERS, ...headers, 'Content-Length': length });
  return text;
}

function cutInHead({ socket }: ServerResponse, { status }: WireAnswer): void {
  socket?.write(`HTTP/1.1 ${status} ${STATUS_CODES[status]}\r\nX-Pillivery-Sandbox: 1\r\nContent-`, () => {
    socket.destroy();
  });
}

function cutInBody(response: ServerResponse, answer: WireAnswer): void {
  const text = writeHead(response, answer);
  response.write(text.slice(0, Math.floor(text.length / 2)), () => response.socket?.destroy());
}

async function trickle(response: ServerResponse, answer: WireAnswer): Promise<void> {
  for (const byte of Buffer.from(writeHead(response, answer))) {
    response.write(Buffer.of(byte));
    await realPause(TRICKLE_MS);
    if (response.destroyed) return;
  }
  response.end();
}
