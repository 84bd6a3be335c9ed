import type { App } from '../app.ts';
import { startRelay } from '../outbox/index.ts';
import { startResolver } from '../payments/index.ts';

/** What a serving process does beside answering: events are delivered, payments in doubt looked up. Ends with `stop`. */
export async function workInBackground(app: App, stop: AbortSignal): Promise<void> {
  await Promise.all([startRelay(app, stop), startResolver(app, stop)]);
}
