import { setTimeout as wait } from 'node:timers/promises';
import { Hono, type Context } from 'hono';
import type { z } from 'zod';
import type { Stats } from '../stats.ts';
import { approve } from './approve.ts';
import { ready } from './checkouts.ts';
import { refuse, refuseStrictly, type WireAnswer } from './errors.ts';
import { lookUp } from './lookup.ts';
import { chargeAgain } from './recurring.ts';
import { ONE_TIME_CID, RECURRING_CID, type KakaoPay } from './state.ts';
import { ApproveRequest, describeProblem, OrderRequest, ReadyRequest, SubscriptionRequest } from './wire.ts';

/** The four calls of KakaoPay that this sandbox speaks. */
export function kakaopayRoutes(kakaopay: KakaoPay, stats: Stats, latencyMs: number): Hono {
  const routes = new Hono();
  const serve = (path: string, call: Call) =>
    routes.post(path, async (c) => send(c, await take(c, kakaopay, stats, call)));

  routes.use('/online/*', async (_c, next) => {
    stats.arrivals += 1;
    stats.inFlight += 1;
    try {
      await next();
      // Even a mere lookup waits: it must not tell of a movement that a kill -9 would still undo.
      await kakaopay.ledger.durable();
      if (latencyMs > 0) await wait(latencyMs, undefined, { ref: false });
    } finally {
      stats.inFlight -= 1;
    }
  });
  serve('/online/v1/payment/ready', callOf(ReadyRequest, ready));
  serve('/online/v1/payment/approve', callOf(ApproveRequest, approve));
  serve('/online/v1/payment/order', callOf(OrderRequest, lookUp));
  serve('/online/v1/payment/subscription', callOf(SubscriptionRequest, chargeAgain));
  routes.all('/online/*', (c) => {
    stats.strictRejections += 1;
    return send(c, refuse(-404));
  });
  return routes;
}

const send = (c: Context, { status, body }: WireAnswer) => c.json(body, status);

type Call = (kakaopay: KakaoPay, body: unknown, requestId: string) => WireAnswer | { problem: string };

const CIDS: readonly string[] = [ONE_TIME_CID, RECURRING_CID];

const callOf =
  <T extends { cid: string }>(
    schema: z.ZodType<T>,
    execute: (kakaopay: KakaoPay, request: T, requestId: string) => WireAnswer,
  ): Call =>
  (kakaopay, body, requestId) => {
    const read = schema.safeParse(body);
    if (!read.success) return { problem: describeProblem(read.error, body) };
    return CIDS.includes(read.data.cid) ? execute(kakaopay, read.data, requestId) : refuse(-731);
  };

async function take(c: Context, kakaopay: KakaoPay, stats: Stats, call: Call): Promise<WireAnswer> {
  const unauthorized = refusalOfKey(c.req.header('authorization'));
  if (unauthorized) return unauthorized;
  const body = await readBody(c);
  const answered = 'problem' in body ? body : call(kakaopay, body.json, requestIdOf(c, kakaopay));
  if (!('problem' in answered)) return answered;
  stats.strictRejections += 1;
  return refuseStrictly(answered.problem);
}

/** A live key that strays in here is turned away before anything is read. */
function refusalOfKey(authorization: string | undefined): WireAnswer | undefined {
  if (authorization === undefined) return refuse(-400);
  return /^(DEV_)?SECRET_KEY (SANDBOX|DEV|test_)\S*$/.test(authorization) ? undefined : refuse(-401);
}

async function readBody(c: Context): Promise<{ json: unknown } | { problem: string }> {
  const contentType = c.req.header('content-type') ?? '';
  if (!/^application\/json\s*(;|$)/i.test(contentType))
    return { problem: 'header Content-Type must be application/json' };
  const text = await c.req.text();
  try {
    return { json: JSON.parse(text) };
  } catch {
    return { problem: 'the body is not JSON' };
  }
}

/** The caller's own request id when it has the form of one: it ends in the ledger, where audits look for it. */
function requestIdOf(c: Context, kakaopay: KakaoPay): string {
  const given = c.req.header('x-request-id');
  return given && /^[\w.-]{1,64}$/.test(given) ? given : kakaopay.nextId('R');
}
