import { onTestFinished } from 'vitest';
import type { Environment } from '../../src/platform/config/index.ts';
import type { Bundle } from './bundle.ts';
import { environmentFor } from './environment.ts';
import { startListening, type Listening } from './listening.ts';

export interface Served extends Listening {
  /** Answer of a path as JSON; undefined when the connection was cut. */
  get(path: string): Promise<{ status: number; body: { data?: Record<string, unknown> } } | undefined>;
}

/** Serves the bundle's shop in a process of its own, which ends with the test at the latest. */
export async function serveShop(shop: Bundle, settings: Environment = {}): Promise<Served> {
  const started = await startListening(['serve', '--port', '0'], {
    ...environmentFor(shop),
    PILLIVERY_CLOCK__NOW: shop.clock.now().toISOString(),
    PILLIVERY_DATA_DIR: shop.app.config.dataDir,
    ...settings,
  });
  onTestFinished(async () => {
    started.child.kill('SIGKILL');
    await started.ended;
  });
  return {
    ...started,
    async get(path) {
      try {
        const response = await fetch(`${started.url}${path}`, { headers: { accept: 'application/json' } });
        return { status: response.status, body: (await response.json()) as { data?: Record<string, unknown> } };
      } catch {
        return undefined;
      }
    },
  };
}
