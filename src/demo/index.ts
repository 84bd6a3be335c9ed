import { once } from 'node:events';
import { buildApi } from '../api/app.ts';
import { workInBackground } from '../api/background.ts';
import { listen, type Listening } from '../api/server.ts';
import { openApp, type App, type Package } from '../app.ts';
import { systemClock, type MovableClock } from '../platform/clock.ts';
import { Misconfigured } from '../platform/errors.ts';
import { startSandbox, type Sandbox } from '../sandbox/index.ts';
import { DemoHome } from './home.ts';
import { tellStory, type Story } from './story.ts';

export { demoFolder } from './home.ts';

export interface DemoRequest extends Package {
  folder: string;
  port: number;
  items: number;
  /** Forget what earlier demos left in the folder. */
  fresh: boolean;
  tell: (line: string) => void;
}

export interface Demo {
  /** The document `pillivery demo --json` prints. */
  report: object;
  /** Ledger and books agree. */
  agree: boolean;
  /** Serves the shop until told to stop. */
  serve(stop: AbortSignal): Promise<void>;
  close(): Promise<void>;
}

const SANDBOX_PORT = 8090;
/** How many ports after the wanted one are tried before giving up. */
const PORTS_TRIED = 50;

/** Sets a shop up in a folder, with the sandbox in the same process, and lets one customer's story happen in it. */
export async function playDemo({ folder, port, items, fresh, tell, ...installed }: DemoRequest): Promise<Demo> {
  const started = performance.now();
  const home = new DemoHome(folder);
  await home.prepare({ fresh });
  const clock = systemClock(await home.lastMoment());
  // The story is told at any hour, so its banks do not sleep.
  const sandbox = await onFreePort(SANDBOX_PORT, tell, (at) =>
    startSandbox({ port: at, clock, ledgerFile: home.ledgerFile, blackout: false }),
  );
  // The shop's settings name its address, so it listens first and answers once it is built.
  const shop: { api?: ReturnType<typeof buildApi> } = {};
  const starting = new Response('starting', { status: 503 });
  const late = { fetch: (request: Request, env: object) => shop.api?.fetch(request, env) ?? starting.clone() };
  const server = await onFreePort(port, tell, (at) => listen(late, { host: '127.0.0.1', port: at }));

  await home.remember({ api: server.url, sandbox: sandbox.url }, clock.now());
  const app = await openApp(home.config(installed.root), { ...installed, clock, migrateFirst: true });
  tell(`migrated SQLite in ${folder}`);
  shop.api = buildApi(app);
  const close = () => closeAll(app, server, sandbox);
  try {
    const story = await tellStory({ app, api: server.url, sandbox, items, tell });
    await home.remember({ api: server.url, sandbox: sandbox.url }, clock.now());
    const seconds = Math.round(performance.now() - started) / 1_000;
    return {
      report: reportOf(story, folder, seconds),
      agree: story.books.differences.length === 0,
      serve: (stop) => serve({ app, server, sandbox, story, home, clock, tell, stop }),
      close,
    };
  } catch (error) {
    await close();
    throw error;
  }
}

async function closeAll(app: App, server: Listening, sandbox: Sandbox): Promise<void> {
  await server.close();
  await app.close();
  await sandbox.close();
}

/** Tries the wanted port and the ones after it. */
async function onFreePort<T>(
  wanted: number,
  tell: (line: string) => void,
  start: (port: number) => Promise<T>,
): Promise<T> {
  for (let port = wanted; port < wanted + PORTS_TRIED; port += 1) {
    try {
      const started = await start(port);
      if (port !== wanted) tell(`port ${wanted} is taken, using ${port}`);
      return started;
    } catch (error) {
      if (!isTaken(error)) throw error;
    }
  }
  throw new Misconfigured(
    'PORT_TAKEN',
    `No port from ${wanted} to ${wanted + PORTS_TRIED - 1} is free; give another with --port.`,
  );
}

const isTaken = (error: unknown): boolean =>
  ['EADDRINUSE', 'PORT_TAKEN'].includes((error as { code?: string }).code ?? '');

const reportOf = (story: Story, dataDir: string, seconds: number): object => ({
  schema: 'pillivery.demo/1',
  items: story.items,
  orders: story.orders,
  subscription: story.subscription,
  billed: story.billed,
  renewal: story.renewal,
  sandboxCharges: story.sandboxCharges,
  sandboxAmount: story.sandboxAmount,
  books: story.books,
  dataDir,
  seconds,
});

interface Scene {
  app: App;
  server: Listening;
  sandbox: Sandbox;
  story: Story;
  home: DemoHome;
  clock: MovableClock;
  tell: (line: string) => void;
  stop: AbortSignal;
}

async function serve({ app, server, sandbox, story, home, clock, tell, stop }: Scene): Promise<void> {
  tell('');
  tell('try, while this keeps serving (Ctrl-C ends it):');
  tell(`  ${server.url}/api/items/categories?category=EYE`);
  tell(`  ${server.url}/openapi.json`);
  tell(`  ${sandbox.url}/sandbox`);
  tell(`  curl -H 'Authorization: Bearer ${story.customer.token()}' ${server.url}/api/subscriptions`);
  const background = workInBackground(app, stop);
  if (!stop.aborted) await once(stop, 'abort');
  await background;
  await home.remember({ api: server.url, sandbox: sandbox.url }, clock.now());
}
