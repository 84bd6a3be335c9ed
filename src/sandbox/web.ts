import type { RequestListener } from 'node:http';
import { getRequestListener } from '@hono/node-server';
import { Hono } from 'hono';
import { checkoutRoutes } from './checkout-routes.ts';
import type { ControlRoom } from './control/room.ts';
import { controlRoutes } from './control/routes.ts';
import type { SandboxOptions } from './options.ts';
import { indexPage, pageHeaders } from './pages.ts';

type PageOptions = Pick<SandboxOptions, 'auto' | 'controlToken'>;

/** Everything that is not a provider's: the pages people see, and the control API. */
export function buildPages(room: ControlRoom, { auto, controlToken }: PageOptions): RequestListener {
  const { kakaopay } = room.desk;
  const app = new Hono();
  app.use(async (c, next) => {
    c.header('X-Pillivery-Sandbox', '1');
    await next();
  });
  // The customers' pages come first: the guard of the control side is not for them.
  app.route('/', checkoutRoutes(room.desk, auto));
  app.route('/', controlRoutes(room, controlToken));
  app.get('/', (c) => c.html(indexPage(kakaopay.ledger.lines().length), 200, pageHeaders));
  app.notFound((c) => c.json({ code: 'NOT_FOUND', message: 'The sandbox has no such address.' }, 404));
  app.onError((error, c) => {
    process.stderr.write(`sandbox: ${error.stack ?? error.message}\n`);
    return c.json({ code: 'INTERNAL', message: 'The sandbox failed; its standard error says why.' }, 500);
  });
  return getRequestListener(app.fetch);
}
