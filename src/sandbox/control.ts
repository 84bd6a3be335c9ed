import { timingSafeEqual } from 'node:crypto';
import { getConnInfo } from '@hono/node-server/conninfo';
import { Hono, type Context, type MiddlewareHandler } from 'hono';
import { ScriptRequest, type DeclineScript } from './kakaopay/decline-script.ts';
import { findMandate } from './kakaopay/mandates.ts';
import type { KakaoPay, Mandate } from './kakaopay/state.ts';
import { describeProblem } from './kakaopay/wire.ts';
import type { Ledger, LedgerLine } from './ledger.ts';
import type { Stats } from './stats.ts';

/** What no real provider offers: the truth, and declines on demand. */
export function controlRoutes(kakaopay: KakaoPay, stats: Stats, controlToken: string | undefined): Hono {
  const routes = new Hono();
  const guard = onlyNeighbours(controlToken);
  addReports(routes, guard, kakaopay.ledger, stats);
  addScripts(routes, guard, kakaopay);
  return routes;
}

function addReports(routes: Hono, guard: MiddlewareHandler, ledger: Ledger, stats: Stats): void {
  routes.get('/sandbox/ledger', guard, (c) => c.json({ lines: ledger.lines() }));
  routes.get('/sandbox/ledger.jsonl', guard, (c) => {
    const text = ledger.lines().map((line) => `${JSON.stringify(line)}\n`);
    return c.body(text.join(''), 200, { 'Content-Type': 'application/x-ndjson; charset=utf-8' });
  });
  routes.get('/sandbox/ledger/summary', guard, (c) => c.json(summarise(ledger.lines())));
  routes.get('/sandbox/stats', guard, (c) => {
    const executed = ledger.lines().length - ledger.recovered;
    return c.json({
      arrivals: stats.arrivals,
      executed,
      inFlight: stats.inFlight,
      strictRejections: stats.strictRejections,
    });
  });
}

function addScripts(routes: Hono, guard: MiddlewareHandler, kakaopay: KakaoPay): void {
  routes.get('/sandbox/mandates/:sid', guard, (c) => {
    const mandate = findMandate(kakaopay, c.req.param('sid'));
    return mandate ? c.json(mandateBody(mandate)) : noMandate(c);
  });
  routes.patch('/sandbox/mandates/:sid', guard, async (c) => {
    const mandate = findMandate(kakaopay, c.req.param('sid'));
    if (!mandate) return noMandate(c);
    const read = await readScript(c);
    if ('problem' in read) return badRequest(c, read.problem);
    mandate.script = read.script;
    return c.json(mandateBody(mandate));
  });
  routes.patch('/sandbox/customers/:customer', guard, async (c) => {
    const customer = c.req.param('customer');
    const read = await readScript(c);
    if ('problem' in read) return badRequest(c, read.problem);
    if (read.script) kakaopay.customerScripts.set(customer, read.script);
    else kakaopay.customerScripts.delete(customer);
    return c.json({ customer, declineNext: read.script });
  });
}

const LOOPBACK = /^(::ffff:)?127\.|^::1$/;

/** The ledger names customers and the scripts refuse money: for this machine, or whoever holds the token. */
function onlyNeighbours(controlToken: string | undefined): MiddlewareHandler {
  return async function neighbours(c, next) {
    const isNeighbour = LOOPBACK.test(getConnInfo(c).remote.address ?? '');
    if (isNeighbour || holdsToken(c, controlToken)) return next();
    return c.json(
      { code: 'FORBIDDEN', message: 'The control API answers this machine, or the bearer of the control token.' },
      403,
    );
  };
}

function holdsToken(c: Context, controlToken: string | undefined): boolean {
  if (!controlToken) return false;
  const given = Buffer.from(c.req.header('authorization') ?? '');
  const wanted = Buffer.from(`Bearer ${controlToken}`);
  return given.length === wanted.length && timingSafeEqual(given, wanted);
}

function summarise(lines: readonly LedgerLine[]): { charges: number; amount: number; issued: number } {
  const charges = lines.filter(({ op }) => op === 'charge');
  const amount = charges.reduce((sum, line) => sum + line.amount, 0);
  return { charges: charges.length, amount, issued: lines.length - charges.length };
}

async function readScript(c: Context): Promise<{ script: DeclineScript | null } | { problem: string }> {
  const body: unknown = await c.req.json().catch(() => undefined);
  const read = ScriptRequest.safeParse(body);
  return read.success ? { script: read.data.declineNext } : { problem: describeProblem(read.error, body) };
}

const mandateBody = ({ hash, customer, method, charges, amount, lastApprovedAt, script }: Mandate) => ({
  mandateHash: hash,
  customer,
  method,
  charges,
  amount,
  lastApprovedAt,
  declineNext: script && script.times > 0 ? script : null,
});

const badRequest = (c: Context, problem: string) => c.json({ code: 'INVALID_INPUT', message: problem }, 400);

const noMandate = (c: Context) =>
  c.json({ code: 'MANDATE_NOT_FOUND', message: 'No mandate was issued with this sid.' }, 404);
