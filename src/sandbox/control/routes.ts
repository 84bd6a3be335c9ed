import { Hono, type Context } from 'hono';
import { PilliveryError, type ErrorKind } from '../../platform/errors.ts';
import { onlyNeighbours } from './guard.ts';
import { leverRoutes } from './levers.ts';
import { pageRoutes } from './page-routes.ts';
import { peopleRoutes } from './people.ts';
import { reportRoutes } from './reports.ts';
import type { ControlRoom } from './room.ts';

/** What no real provider offers: the truth, faults on demand, and the clock. */
export function controlRoutes(room: ControlRoom, controlToken: string | undefined): Hono {
  const routes = new Hono();
  const guard = onlyNeighbours(controlToken);
  for (const path of GUARDED) routes.use(path === '' ? '/sandbox' : `/sandbox/${path}`, guard);
  routes.route('/sandbox', pageRoutes(room));
  routes.route('/sandbox', reportRoutes(room));
  routes.route('/sandbox', leverRoutes(room));
  routes.route('/sandbox', peopleRoutes(room));
  routes.onError((error, c) => tell(error, c));
  return routes;
}

/** Everything under /sandbox but the pages that customers see. */
const GUARDED = [
  '',
  'do/*',
  'ledger',
  'ledger.jsonl',
  'ledger.csv',
  'ledger/*',
  'stats',
  'requests',
  'faults',
  'faults/*',
  'scenario',
  'clock',
  'reset',
  'mandates',
  'mandates/*',
  'customers/*',
];

const STATUSES: Partial<Record<ErrorKind, 400 | 404 | 409>> = { input: 400, not_found: 404, conflict: 409 };

function tell(error: Error, c: Context) {
  const status = error instanceof PilliveryError ? STATUSES[error.kind] : undefined;
  if (!(error instanceof PilliveryError) || status === undefined) throw error;
  return c.json({ code: error.kind === 'input' ? 'INVALID_INPUT' : error.code, message: error.message }, status);
}
