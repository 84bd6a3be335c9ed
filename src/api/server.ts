import { createServer, type Server } from 'node:http';
import type { Duplex } from 'node:stream';
import { getRequestListener, type HttpBindings } from '@hono/node-server';
import { Misconfigured } from '../platform/errors.ts';

export interface Listening {
  url: string;
  port: number;
  /** Ends idle connections at once and the others with their answer. */
  close(): Promise<void>;
}

export interface ListenOptions {
  host: string;
  port: number;
}

interface Fetches {
  fetch(request: Request, env: HttpBindings): Response | Promise<Response>;
}

/** Serves an API on an address; `Misconfigured` when the port is taken. */
export async function listen(api: Fetches, { host, port }: ListenOptions): Promise<Listening> {
  // A request without a host is refused like one with a wrong one: by the listener, which says so as a problem.
  const server = createServer(
    { requireHostHeader: false },
    getRequestListener((request, env) => api.fetch(request, env as HttpBindings), { errorHandler: refuseAddress }),
  );
  server.on('clientError', refuseUnreadable);
  await bind(server, host, port);
  const address = server.address();
  const bound = typeof address === 'object' && address ? address.port : port;
  return {
    port: bound,
    url: `http://${host.includes(':') ? `[${host}]` : host}:${bound}`,
    close: () =>
      new Promise((resolve) => {
        server.close(() => resolve());
        server.closeIdleConnections();
      }),
  };
}

function bind(server: Server, host: string, port: number): Promise<void> {
  return new Promise((resolve, reject) => {
    server.once('error', (cause: NodeJS.ErrnoException) => {
      const taken = cause.code === 'EADDRINUSE';
      reject(
        taken
          ? new Misconfigured('PORT_TAKEN', `Port ${port} on ${host} is taken; give another with --port.`, { cause })
          : cause,
      );
    });
    server.listen(port, host, resolve);
  });
}

const UNREADABLE = JSON.stringify({
  type: 'urn:pillivery:problem:malformed-request',
  title: 'malformed request',
  status: 400,
  detail: 'The request cannot be read.',
  code: 'MALFORMED_REQUEST',
});
const PROBLEM = { 'Content-Type': 'application/problem+json' };

/** A host or an address that is none; whatever fails behind that is answered by the API. */
const refuseAddress = (): Response => new Response(UNREADABLE, { status: 400, headers: PROBLEM });

/** What is no HTTP never becomes a request, so the API cannot answer it; it is answered in the same words here. */
function refuseUnreadable(error: NodeJS.ErrnoException, socket: Duplex): void {
  if (error.code === 'ECONNRESET' || !socket.writable) return void socket.destroy();
  const head = ['HTTP/1.1 400 Bad Request', `Content-Type: ${PROBLEM['Content-Type']}`, 'Connection: close'];
  socket.end([...head, `Content-Length: ${Buffer.byteLength(UNREADABLE)}`, '', UNREADABLE].join('\r\n'));
}
