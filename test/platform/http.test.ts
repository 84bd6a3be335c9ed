import { once } from 'node:events';
import { createServer as createHttp, type RequestListener } from 'node:http';
import { createServer as createTcp, type Socket } from 'node:net';
import { describe, expect, it, onTestFinished } from 'vitest';
import { openCaller } from '../../src/platform/http/index.ts';
import { bundle } from '../support/bundle.ts';
import { freePort } from '../support/mariadb.ts';

const LIMITS = { connections: 2, connectTimeoutMs: 300, readTimeoutMs: 200 };
const SECRET = { authorization: 'SECRET_KEY canary' };

function callerOf(port: number) {
  const caller = openCaller({ baseUrl: `http://127.0.0.1:${port}`, ...LIMITS });
  onTestFinished(() => caller.close());
  return caller;
}

/** A server that answers every request as told. */
async function answering(listener: RequestListener) {
  const server = createHttp(listener).listen(0, '127.0.0.1');
  await once(server, 'listening');
  onTestFinished(() => void (server.closeAllConnections(), server.close()));
  const address = server.address();
  return callerOf(typeof address === 'object' && address ? address.port : 0);
}

/** A server that does something else than HTTP with a connection. */
async function misbehaving(handle: (socket: Socket) => void) {
  const server = createTcp(handle).listen(0, '127.0.0.1');
  await once(server, 'listening');
  onTestFinished(() => void server.close());
  const address = server.address();
  return callerOf(typeof address === 'object' && address ? address.port : 0);
}

describe('a call', () => {
  it('that is answered gives status and body', async () => {
    const caller = await answering((_, response) => response.writeHead(400).end('{"code":1}'));
    expect(await caller.post('/x', {}, SECRET)).toEqual({ kind: 'answered', status: 400, body: { code: 1 } });
  });

  it('to a refused port was certainly not written', async () => {
    expect(await callerOf(await freePort()).post('/x', {}, SECRET)).toEqual({ kind: 'not_written', why: 'connect' });
  });

  it('to a host that does not exist was certainly not written', async () => {
    const caller = openCaller({ baseUrl: 'http://nowhere.invalid', ...LIMITS });
    onTestFinished(() => caller.close());
    expect(await caller.post('/x', {}, SECRET)).toMatchObject({ kind: 'not_written' });
  });

  it('whose connection closes without an answer may have been heard', async () => {
    const caller = await misbehaving((socket) => socket.on('data', () => socket.destroy()));
    expect(await caller.post('/x', {}, SECRET)).toEqual({ kind: 'no_answer', why: 'connection_lost' });
  });

  it('that is never answered may have been heard', async () => {
    const caller = await answering(() => {});
    expect(await caller.post('/x', {}, SECRET)).toEqual({ kind: 'no_answer', why: 'timeout' });
  });

  it('is not repeated elsewhere after a redirect', async () => {
    const seen: string[] = [];
    const caller = await answering((request, response) => {
      seen.push(request.url ?? '');
      response.writeHead(302, { location: '/elsewhere' }).end();
    });
    expect(await caller.post('/x', {}, SECRET)).toMatchObject({ kind: 'no_answer' });
    expect(seen).toEqual(['/x']);
  });

  it('is not repeated after a server error', async () => {
    const seen: string[] = [];
    const caller = await answering((request, response) => {
      seen.push(request.url ?? '');
      response.writeHead(503).end('busy');
    });
    expect(await caller.post('/x', {}, SECRET)).toEqual({ kind: 'answered', status: 503, body: undefined });
    expect(seen).toEqual(['/x']);
  });

  it('whose answer is larger than any provider sends has no answer', async () => {
    const caller = await answering((_, response) => response.end(`"${'x'.repeat(2 * 1_048_576)}"`));
    expect(await caller.post('/x', {}, SECRET)).toMatchObject({ kind: 'no_answer' });
  });

  it('on a connection that is reset when used again may have been heard', async () => {
    let requests = 0;
    const caller = await misbehaving((socket) => {
      socket.on('data', () => {
        requests += 1;
        if (requests === 1) socket.write('HTTP/1.1 200 OK\r\ncontent-length: 2\r\n\r\n{}');
        else socket.resetAndDestroy();
      });
    });
    expect(await caller.post('/x', {}, SECRET)).toMatchObject({ kind: 'answered' });
    expect(await caller.post('/x', {}, SECRET)).toEqual({ kind: 'no_answer', why: 'connection_lost' });
  });

  it('inside a database transaction is a bug', async () => {
    const { app } = await bundle();
    const caller = callerOf(await freePort());
    const inside = app.database.transaction(() => caller.post('/x', {}, SECRET));
    await expect(inside).rejects.toThrow(/^Bug: a provider call inside/);
  });
});
