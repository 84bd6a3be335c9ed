import { onTestFinished } from 'vitest';
import { freshDatabase, tempDir, type EngineName } from './databases.ts';
import { openShop, type Shop, type ShopOptions } from './shop.ts';

export { environmentFor, ROOT, START, TEST_SECRETS } from './environment.ts';

export type Bundle = Shop;

export interface BundleOptions extends Pick<ShopOptions, 'latencyMs' | 'settings' | 'sandbox'> {
  engine?: EngineName;
}

/** A shop on a database of its own, gone after the test. */
export async function bundle({ engine = 'sqlite-memory', ...options }: BundleOptions = {}): Promise<Bundle> {
  const databaseUrl = await freshDatabase(engine);
  const { close, ...shop } = await openShop({ databaseUrl, dataDir: await tempDir(), ...options });
  onTestFinished(close);
  return shop;
}
