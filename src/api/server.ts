import { createServer, type Server } from 'node:http';
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
  const server = createServer(getRequestListener((request, env) => api.fetch(request, env as HttpBindings)));
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
