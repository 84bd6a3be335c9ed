import { gzipSync } from 'node:zlib';
import { describe, expect, it, onTestFinished, vi } from 'vitest';
import { openCaller, type Answer, type PostOptions } from '../../src/platform/http/index.ts';
import { bundle } from '../support/bundle.ts';
import { httpServer, tcpServer } from '../support/loopback.ts';
import { freePort } from '../support/mariadb.ts';

const LIMITS = { connections: 2, connectTimeoutMs: 300, readTimeoutMs: 300 };
const ANSWER = 'HTTP/1.1 200 OK\r\ncontent-length: 2\r\n\r\n{}';

function callerOf(baseUrl: string | number, limits = LIMITS) {
  const caller = openCaller({
    baseUrl: typeof baseUrl === 'number' ? `http://127.0.0.1:${baseUrl}` : baseUrl,
    ...limits,
  });
  onTestFinished(() => caller.close());
  const post = (options: Partial<PostOptions> = {}): Promise<Answer> =>
    caller.post(
      '/x',
      { amount: 1 },
      {
        headers: { authorization: 'SECRET_KEY canary' },
        signal: AbortSignal.timeout(limits.connectTimeoutMs + limits.readTimeoutMs),
        ...options,
      },
    );
  return { post };
}

describe('a call is certainly not written', () => {
  it('to a refused port', async () => {
    expect(await callerOf(await freePort()).post()).toEqual({ kind: 'not_written', why: 'connect' });
  });

  it('to a host that does not exist', async () => {
    expect(await callerOf('http://nowhere.invalid').post()).toEqual({ kind: 'not_written', why: 'dns' });
  });

  it('when the other side does not speak TLS', async () => {
    const { port } = await tcpServer((socket) =>
      socket.on('data', () => socket.write('HTTP/1.1 400 Bad Request\r\n\r\n')),
    );
    expect(await callerOf(`https://127.0.0.1:${port}`).post()).toEqual({ kind: 'not_written', why: 'tls' });
  });

  it('when the other side hangs up during the TLS handshake', async () => {
    const { port } = await tcpServer((socket) => socket.on('data', () => socket.destroy()));
    expect(await callerOf(`https://127.0.0.1:${port}`).post()).toEqual({ kind: 'not_written', why: 'connect' });
  });

  it('when connecting takes too long', async () => {
    const { port } = await tcpServer();
    const limits = { ...LIMITS, readTimeoutMs: 10_000 };
    expect(await callerOf(`https://127.0.0.1:${port}`, limits).post()).toEqual({ kind: 'not_written', why: 'connect' });
  });

  it('when it is aborted while connecting', async () => {
    const { port } = await tcpServer();
    const limits = { ...LIMITS, connectTimeoutMs: 1_000 };
    const answer = await callerOf(`https://127.0.0.1:${port}`, limits).post({ signal: AbortSignal.timeout(50) });
    expect(answer).toEqual({ kind: 'not_written', why: 'connect' });
  });

  it('when it may not be written any more once the connection stands', async () => {
    const server = await tcpServer((socket) => socket.on('data', () => socket.write(ANSWER)));
    const { post } = callerOf(server.port);
    expect(await post({ mayWrite: () => false })).toEqual({ kind: 'not_written', why: 'too_late' });
    expect({ connections: server.connections(), heard: server.heard().length }).toEqual({ connections: 1, heard: 0 });
    expect(await post({ mayWrite: () => true })).toMatchObject({ kind: 'answered' });
  });

  it('when it may not be written any more on a connection that is used again', async () => {
    let requests = 0;
    const port = await httpServer((_, response) => response.end(String((requests += 1))));
    const { post } = callerOf(port, { ...LIMITS, connections: 1 });
    await post();
    expect(await post({ mayWrite: () => false })).toEqual({ kind: 'not_written', why: 'too_late' });
    expect(await post()).toMatchObject({ body: 2 });
  });

  it('and is not asked whether it may, when there is no connection', async () => {
    const asked: string[] = [];
    await callerOf(await freePort()).post({ mayWrite: () => asked.push('asked') > 0 });
    expect(asked).toEqual([]);
  });

  it('when it was aborted in the queue of the pool, even after the connection is free', async () => {
    const answers: (() => void)[] = [];
    const port = await httpServer((_, response) => void answers.push(() => response.end('{}')));
    const { post } = callerOf(port, { ...LIMITS, connections: 1, readTimeoutMs: 10_000 });
    const first = post();
    await vi.waitUntil(() => answers.length === 1, { interval: 1 });
    expect(await post({ signal: AbortSignal.timeout(50) })).toEqual({ kind: 'not_written', why: 'connect' });
    answers[0]?.();
    expect(await first).toMatchObject({ kind: 'answered' });
    const third = post();
    await vi.waitUntil(() => answers.length === 2, { interval: 1 });
    answers[1]?.();
    expect(await third).toMatchObject({ kind: 'answered' });
    expect(answers).toHaveLength(2);
  });
});

describe('a call may have been heard', () => {
  it.each([
    ['before the head of the answer', ''],
    ['inside the head', 'HTTP/1.1 200 OK\r\ncontent-le'],
    ['inside the body', 'HTTP/1.1 200 OK\r\ncontent-length: 20\r\n\r\n{"half":'],
  ])('when the connection closes %s', async (_, head) => {
    const { port } = await tcpServer((socket) => socket.on('data', () => socket.end(head)));
    expect(await callerOf(port).post()).toEqual({ kind: 'no_answer', why: 'connection_lost' });
  });

  it('when no answer comes in time', async () => {
    const port = await httpServer(() => {});
    expect(await callerOf(port).post()).toEqual({ kind: 'no_answer', why: 'timeout' });
  });

  it('when the answer comes byte by byte and is not complete in time', async () => {
    const { port } = await tcpServer((socket) => {
      socket.write('HTTP/1.1 200 OK\r\ncontent-length: 1000\r\n\r\n');
      const timer = setInterval(() => socket.write('1'), 20);
      socket.on('close', () => clearInterval(timer));
    });
    expect(await callerOf(port).post()).toEqual({ kind: 'no_answer', why: 'timeout' });
  });

  it('when a connection is reset as it is used again', async () => {
    let requests = 0;
    const { port, connections } = await tcpServer((socket) =>
      socket.on('data', (chunk) => {
        if (!chunk.toString().endsWith('}')) return; // the rest of the request is still on its way
        requests += 1;
        if (requests === 1) socket.write(ANSWER);
        else socket.resetAndDestroy();
      }),
    );
    const { post } = callerOf(port, { ...LIMITS, connections: 1 });
    expect(await post()).toMatchObject({ kind: 'answered' });
    expect(await post()).toEqual({ kind: 'no_answer', why: 'connection_lost' });
    expect(connections()).toBe(1);
  });

  it.each([301, 302, 307, 308, 421])('when %i sends it elsewhere, where it is not repeated', async (status) => {
    const seen: string[] = [];
    const port = await httpServer((request, response) => {
      seen.push(request.url ?? '');
      response.writeHead(status, { location: '/elsewhere' }).end('{}');
    });
    expect(await callerOf(port).post()).toEqual({ kind: 'no_answer', why: 'redirected' });
    expect(seen).toEqual(['/x']);
  });

  const HUGE = `"${'x'.repeat(2 * 1_048_576)}"`;

  it('when the answer is larger than any provider sends', async () => {
    const port = await httpServer((_, response) => response.end(HUGE));
    expect(await callerOf(port).post()).toEqual({ kind: 'no_answer', why: 'too_large' });
  });

  it('when the answer is so large once it is unpacked', async () => {
    const port = await httpServer((_, response) =>
      response.writeHead(200, { 'content-encoding': 'gzip' }).end(gzipSync(HUGE)),
    );
    expect(await callerOf(port).post()).toEqual({ kind: 'no_answer', why: 'too_large' });
  });
});

describe('a call that is answered', () => {
  it('gives status and body, whatever the status', async () => {
    const port = await httpServer((_, response) => response.writeHead(400).end('{"code":1}'));
    expect(await callerOf(port).post()).toEqual({ kind: 'answered', status: 400, body: { code: 1 } });
  });

  it('is posted as JSON with the headers it was given', async () => {
    const { port, heard } = await tcpServer((socket) => socket.on('data', () => socket.write(ANSWER)));
    await callerOf(port).post();
    expect(heard().toString()).toMatch(
      /^POST \/x HTTP\/1.1\r\n[^]*content-type: application\/json\r\n[^]*{"amount":1}$/,
    );
    expect(heard().toString()).toContain('authorization: SECRET_KEY canary\r\n');
  });

  it('is not repeated after a server error', async () => {
    let requests = 0;
    const port = await httpServer((_, response) => response.writeHead(503).end(String((requests += 1))));
    expect(await callerOf(port).post()).toEqual({ kind: 'answered', status: 503, body: 1 });
    expect(requests).toBe(1);
  });

  it.each(['', '{"broken":', '<html></html>', 'undefined'])('with %j instead of JSON has no body', async (text) => {
    const port = await httpServer((_, response) =>
      response.writeHead(200, { 'content-type': 'application/json' }).end(text),
    );
    expect(await callerOf(port).post()).toEqual({ kind: 'answered', status: 200, body: undefined });
  });

  it.each([
    ['7', 7_000],
    ['Fri, 20 Nov 2026 00:00:09 GMT', 9_000],
    ['soon', undefined],
  ])('says when to come back: %s', async (value, ms) => {
    const headers = { 'retry-after': value, date: 'Fri, 20 Nov 2026 00:00:00 GMT' };
    const port = await httpServer((_, response) => response.writeHead(429, headers).end('{}'));
    expect(await callerOf(port).post()).toEqual({
      kind: 'answered',
      status: 429,
      body: {},
      ...(ms !== undefined && { retryAfterMs: ms }),
    });
  });
});

describe('a caller', () => {
  it('throws for a call inside a database transaction: that is a bug', async () => {
    const { app } = await bundle();
    const { post } = callerOf(await freePort());
    await expect(app.database.transaction(() => post())).rejects.toThrow(/^Bug: a provider call inside/);
  });

  it('offers TLS 1.3 and 1.2 and only HTTP/1.1', async () => {
    const { port, heard } = await tcpServer((socket) => socket.on('data', () => socket.destroy()));
    await callerOf(`https://127.0.0.1:${port}`).post();
    const supportedVersions = '002b00050403040303';
    const protocols = `0010000b0009${Buffer.from('\x08http/1.1').toString('hex')}`;
    expect(heard().toString('hex')).toContain(supportedVersions);
    expect(heard().toString('hex')).toContain(protocols);
  });
});
