import { once } from 'node:events';
import { createServer as createHttp, type RequestListener } from 'node:http';
import { createServer as createTcp, type Server, type Socket } from 'node:net';
import { onTestFinished } from 'vitest';

async function listening(server: Server, port = 0): Promise<number> {
  server.listen(port, '127.0.0.1');
  await once(server, 'listening');
  const address = server.address();
  return typeof address === 'object' && address ? address.port : 0;
}

/** The port of a server that answers every request as told; gone after the test. */
export async function httpServer(listener: RequestListener): Promise<number> {
  const server = createHttp(listener);
  onTestFinished(() => void (server.closeAllConnections(), server.close()));
  return listening(server);
}

export interface TcpServer {
  port: number;
  /** Everything that was read, from all connections. */
  heard: () => Buffer;
  connections: () => number;
}

/** A server that does something else than HTTP with a connection; it only listens unless told otherwise. */
export async function tcpServer(handle: (socket: Socket) => void = () => {}, port?: number): Promise<TcpServer> {
  const sockets: Socket[] = [];
  const chunks: Buffer[] = [];
  const server = createTcp((socket) => {
    sockets.push(socket);
    socket.on('error', () => {});
    socket.on('data', (chunk) => chunks.push(chunk));
    handle(socket);
  });
  onTestFinished(() => {
    for (const socket of sockets) socket.destroy();
    server.close();
  });
  return { port: await listening(server, port), heard: () => Buffer.concat(chunks), connections: () => sockets.length };
}
