import { timingSafeEqual } from 'node:crypto';
import { getConnInfo } from '@hono/node-server/conninfo';
import type { Context, MiddlewareHandler } from 'hono';

const LOOPBACK = /^(::ffff:)?127\.|^::1$/;

/** The ledger names customers and the faults refuse money: for this machine, or whoever holds the token. */
export function onlyNeighbours(controlToken: string | undefined): MiddlewareHandler {
  return async function neighbours(c, next) {
    const isNeighbour = LOOPBACK.test(getConnInfo(c).remote.address ?? '') && !isFromElsewhere(c);
    if (isNeighbour || holdsToken(c, controlToken)) return next();
    return c.json(
      { code: 'FORBIDDEN', message: 'The control API answers this machine, or the bearer of the control token.' },
      403,
    );
  };
}

/** A page of another site in this machine's browser is no neighbour. */
function isFromElsewhere(c: Context): boolean {
  const origin = c.req.header('origin');
  return origin !== undefined && URL.parse(origin)?.host !== c.req.header('host');
}

function holdsToken(c: Context, controlToken: string | undefined): boolean {
  if (!controlToken) return false;
  const given = Buffer.from(c.req.header('authorization') ?? '');
  const wanted = Buffer.from(`Bearer ${controlToken}`);
  return given.length === wanted.length && timingSafeEqual(given, wanted);
}
