import { once } from 'node:events';
import type { Server } from 'node:http';
import type { AddressInfo } from 'node:net';

/** The sandbox's door to the network: it can be shut for a while, and for good. */
export interface Port {
  readonly number: number;
  /** Nobody listens for so long, and whoever was connected no longer is. */
  shutFor(ms: number): void;
  /** Ends `shutFor` early. */
  open(): void;
  close(): Promise<void>;
}

/** How long answers that are still held back may take once the sandbox closes; it ends within a second. */
const GRACE_MS = 500;
/** Room for a load test's first rush; the system's own limit may be lower. */
const BACKLOG = 4096;
/** Until the old socket is gone, or whoever took the port meanwhile leaves it again. */
const RETRY_MS = 20;

/** Listens; rejects with the system's own error when the port is taken. */
export async function openPort(server: Server, host: string, wanted: number): Promise<Port> {
  server.listen({ host, port: wanted, backlog: BACKLOG });
  await once(server, 'listening');
  const { port: number } = server.address() as AddressInfo;
  const listenAgain = () => void (server.listening || server.listen({ host, port: number, backlog: BACKLOG }));
  return portOf(server, number, listenAgain);
}

function portOf(server: Server, number: number, listenAgain: () => void): Port {
  let reopening: NodeJS.Timeout | undefined;
  const openIn = (ms: number) => {
    clearTimeout(reopening);
    reopening = setTimeout(listenAgain, ms);
  };
  server.on('error', () => openIn(RETRY_MS));

  return {
    number,
    shutFor(ms) {
      server.close();
      server.closeAllConnections();
      openIn(ms);
    },
    open: () => openIn(0),
    async close() {
      clearTimeout(reopening);
      if (server.listening) await stopServing(server);
    },
  };
}

async function stopServing(server: Server): Promise<void> {
  const closed = once(server, 'close');
  server.close();
  const lastCall = setTimeout(() => server.closeAllConnections(), GRACE_MS);
  await closed;
  clearTimeout(lastCall);
}
