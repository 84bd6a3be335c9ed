import { once } from 'node:events';
import type { App } from '../app.ts';
import { requireSecret } from '../platform/config/index.ts';
import { buildApi } from './app.ts';
import { listen } from './server.ts';

export interface Serving {
  port: number;
  /** Ends serving: readiness turns to 503, running requests get their answer. */
  stop: AbortSignal;
  onListening: (url: string) => void;
}

/** Serves the API until told to stop. `Misconfigured` at once when a secret is missing, not at the first login. */
export async function serveApi(app: App, { port, stop, onListening }: Serving): Promise<void> {
  requireSecret(app.config, 'auth.jwtKey');
  app.payments.provider(app.payments.defaultProvider);
  app.payments.vault();
  const server = await listen(buildApi(app, { draining: stop }), { host: app.config.http.host, port });
  onListening(server.url);
  if (!stop.aborted) await once(stop, 'abort');
  await server.close();
}
