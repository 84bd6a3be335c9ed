import { Hono, type Context } from 'hono';
import { PilliveryError, type ErrorKind } from '../../platform/errors.ts';
import { onlyNeighbours } from './guard.ts';
import { leverRoutes } from './levers.ts';
import { pageRoutes } from './page-routes.ts';
import { peopleRoutes } from './people.ts';
import { reportRoutes } from './reports.ts';
import type { ControlRoom } from './room.ts';

/** What no real provider offers: the truth, faults on demand, and the clock. Only neighbours get any of it. */
export function controlRoutes(room: ControlRoom, controlToken: string | undefined): Hono {
  const routes = new Hono();
  routes.use('/sandbox/*', onlyNeighbours(controlToken));
  for (const part of [pageRoutes, reportRoutes, leverRoutes, peopleRoutes]) routes.route('/sandbox', part(room));
  routes.onError(tell);
  return routes;
}

const STATUSES: Partial<Record<ErrorKind, 400 | 404 | 409>> = { input: 400, not_found: 404, conflict: 409 };

function tell(error: Error, c: Context) {
  const status = error instanceof PilliveryError ? STATUSES[error.kind] : undefined;
  if (!(error instanceof PilliveryError) || status === undefined) throw error;
  return c.json({ code: error.kind === 'input' ? 'INVALID_INPUT' : error.code, message: error.message }, status);
}
