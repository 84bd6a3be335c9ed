import { once } from 'node:events';
import { connect } from 'node:net';
import { expect, it, onTestFinished } from 'vitest';
import { buildApi } from '../../src/api/app.ts';
import { listen } from '../../src/api/server.ts';
import { bundle } from '../support/bundle.ts';

/** What comes back over a socket for these bytes, until the server has said all it says. */
async function say(port: number, bytes: string): Promise<string> {
  const socket = connect(port, '127.0.0.1');
  await once(socket, 'connect');
  let heard = '';
  socket.on('data', (chunk: Buffer) => (heard += chunk.toString()));
  socket.on('error', () => {});
  socket.end(bytes, 'latin1');
  await once(socket, 'close');
  return heard;
}

it.each([
  ['garbage', '\u0016\u0003\u0001 hello\r\n\r\n'],
  ['a method that is none', 'G=T / HTTP/1.1\r\nHost: x\r\n\r\n'],
  ['a header without a name', 'GET / HTTP/1.1\r\nHost: x\r\n: y\r\n\r\n'],
  ['two lengths', 'POST /api/users HTTP/1.1\r\nHost: x\r\nContent-Length: 2\r\nContent-Length: 3\r\n\r\n{}'],
  ['a length beside chunks', 'POST / HTTP/1.1\r\nHost: x\r\nContent-Length: 2\r\nTransfer-Encoding: chunked\r\n\r\n{}'],
  [
    'a chunk of no size',
    'POST /api/users HTTP/1.1\r\nHost: x\r\nTransfer-Encoding: chunked\r\n\r\nzz\r\n{}\r\n0\r\n\r\n',
  ],
  ['headers without end', `GET / HTTP/1.1\r\nHost: x\r\nA: ${'a'.repeat(100_000)}\r\n\r\n`],
  ['no host', 'GET /api/users/me HTTP/1.1\r\n\r\n'],
  ['a host that is none', 'GET /api/users/me HTTP/1.1\r\nHost: a b/c\r\nConnection: close\r\n\r\n'],
  ['an address that is none', 'GET http://[/ HTTP/1.1\r\nHost: x\r\nConnection: close\r\n\r\n'],
  ['a path that is none', 'GET //%ff%fe/..;/ HTTP/1.1\r\nHost: x\r\nConnection: close\r\n\r\n'],
])('%s is refused as a problem, and the server goes on', async (_, bytes) => {
  const { app } = await bundle();
  const server = await listen(buildApi(app), { host: '127.0.0.1', port: 0 });
  onTestFinished(() => server.close());
  const heard = await say(server.port, bytes);
  expect(heard).toMatch(/^HTTP\/1\.1 4\d\d /);
  expect(heard.toLowerCase()).toContain('content-type: application/problem+json');
  expect(heard).not.toMatch(/node_modules|\bat .+:\d+/);
  expect((await fetch(`${server.url}/health/live`)).status).toBe(200);
});
