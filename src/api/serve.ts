import { once } from 'node:events';
import type { App } from '../app.ts';
import { readyPayments } from '../payments/index.ts';
import { requireSecret } from '../platform/config/index.ts';
import { Misconfigured } from '../platform/errors.ts';
import { buildApi } from './app.ts';
import { workInBackground } from './background.ts';
import { listen } from './server.ts';

export interface Serving {
  port: number;
  /** Ends serving: readiness turns to 503, running requests get their answer, held events are delivered. */
  stop: AbortSignal;
  onListening: (url: string) => void;
}

/**
 * Serves the API, delivers events and looks after payments in doubt until told to stop. `Misconfigured` at once when a secret is missing, not at the
 * first login.
 */
export async function serveApi(app: App, { port, stop, onListening }: Serving): Promise<void> {
  requireSecret(app.config, 'auth.jwtKey');
  refuseOwnStores(app);
  await readyPayments(app);
  const server = await listen(buildApi(app, { draining: stop }), { host: app.config.http.host, port });
  onListening(server.url);
  const background = workInBackground(app, stop);
  if (!stop.aborted) await once(stop, 'abort');
  await Promise.all([server.close(), background]);
}

/** Stores in the memory of one process serve exactly one: a session that is revoked here would live on next door. */
function refuseOwnStores({ config, stores }: App): void {
  if (config.env !== 'production' || stores.standing() !== 'local') return;
  throw new Misconfigured('REDIS_MISSING', 'With env=production processes share a Redis; set redis.url.');
}
