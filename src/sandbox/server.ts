import { once } from 'node:events';
import { createServer, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { getRequestListener } from '@hono/node-server';
import { Hono } from 'hono';
import type { Clock } from '../platform/clock.ts';
import { checkoutRoutes } from './checkout-routes.ts';
import { controlRoutes } from './control.ts';
import { indexPage, pageHeaders } from './pages.ts';
import { openKakaoPay } from './kakaopay/open.ts';
import { kakaopayRoutes } from './kakaopay/routes.ts';
import type { KakaoPay } from './kakaopay/state.ts';
import { openLedger, type Ledger, type LedgerLine } from './ledger.ts';
import { newStats } from './stats.ts';

export interface SandboxOptions {
  clock: Clock;
  /** 127.0.0.1 when left out. */
  host?: string;
  /** 0, or left out: any free port. */
  port?: number;
  /** How long each provider answer is held back, in real time, after the call was executed. */
  latencyMs?: number;
  /** Makes the ledger survive kill -9; continued when the file exists. */
  ledgerFile?: string;
  /** Opens the control API to callers from other machines that bear it. */
  controlToken?: string;
}

export interface Sandbox {
  readonly url: string;
  readonly port: number;
  ledger(): readonly LedgerLine[];
  close(): Promise<void>;
}

/** How long answers that are still held back may take once the sandbox closes; it ends within a second. */
const GRACE_MS = 500;
/** Longer than any caller's pool keeps a connection: the sandbox never hangs up on a reused one. */
const KEEP_ALIVE_MS = 75_000;
/** Room for a load test's first rush; the system's own limit may be lower. */
const BACKLOG = 4096;

/** Starts the payment-provider sandbox; rejects with the system's own error when the port is taken. */
export async function startSandbox(options: SandboxOptions): Promise<Sandbox> {
  const { clock, host = '127.0.0.1', port = 0, ledgerFile } = options;
  const opened = Promise.withResolvers<Hono>();
  opened.promise.catch(() => undefined); // told through startSandbox itself; callers of the moment between just get a 500
  const server = createServer(
    { keepAliveTimeout: KEEP_ALIVE_MS },
    getRequestListener(async (request, env) => (await opened.promise).fetch(request, env)),
  );

  // The port comes first: it keeps a second start from cutting the ledger file of a sandbox that still runs.
  const address = await listen(server, host, port);
  const url = `http://${host.includes(':') ? `[${host}]` : host}:${address.port}`;
  try {
    const ledger = await openLedger(ledgerFile);
    const kakaopay = openKakaoPay(clock, ledger, (tid) => `${url}/sandbox/checkout/${tid}`);
    opened.resolve(assemble(kakaopay, options));
    return { url, port: address.port, ledger: () => ledger.lines(), close: closeOnce(server, ledger) };
  } catch (error) {
    opened.reject(error);
    await stopServing(server);
    throw error;
  }
}

function assemble(kakaopay: KakaoPay, { latencyMs = 0, controlToken }: SandboxOptions): Hono {
  const stats = newStats();
  const app = new Hono();
  app.use(async (c, next) => {
    c.header('X-Pillivery-Sandbox', '1');
    await next();
  });
  app.route('/', kakaopayRoutes(kakaopay, stats, latencyMs));
  app.route('/', checkoutRoutes(kakaopay));
  app.route('/', controlRoutes(kakaopay, stats, controlToken));
  app.get('/', (c) => c.html(indexPage(kakaopay.ledger.lines().length), 200, pageHeaders));
  app.notFound((c) => c.json({ code: 'NOT_FOUND', message: 'The sandbox has no such address.' }, 404));
  app.onError((error, c) => {
    process.stderr.write(`sandbox: ${error.stack ?? error.message}\n`);
    return c.json({ error_code: -500, error_message: 'the sandbox failed; its standard error says why' }, 500);
  });
  return app;
}

async function listen(server: Server, host: string, port: number): Promise<AddressInfo> {
  server.listen({ host, port, backlog: BACKLOG });
  await once(server, 'listening');
  return server.address() as AddressInfo;
}

function closeOnce(server: Server, ledger: Ledger): () => Promise<void> {
  let closing: Promise<void> | undefined;
  return () => (closing ??= stopServing(server).then(() => ledger.close()));
}

async function stopServing(server: Server): Promise<void> {
  const closed = once(server, 'close');
  server.close();
  const lastCall = setTimeout(() => server.closeAllConnections(), GRACE_MS);
  await closed;
  clearTimeout(lastCall);
}
