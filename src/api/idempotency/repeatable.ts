import { createHash } from 'node:crypto';
import type { Context } from 'hono';
import { createMiddleware } from 'hono/factory';
import type { ContentfulStatusCode } from 'hono/utils/http-status';
import type { ApiEnv, App } from '../../app.ts';
import { InvalidInput } from '../../platform/errors.ts';
import type { StoredAnswer } from '../../schema.ts';
import { giveUpName, keepAnswer, takeName, type Held, type Named } from './keys.ts';

const KEY = /^[A-Za-z0-9_.:-]{8,128}$/;
/** After these the same request may turn out differently, so they are not what its name stands for. */
const NOT_KEPT = new Set([400, 401, 403, 413, 415, 429]);

/**
 * Carries out a request that its caller has named (Idempotency-Key) once: a repeat gets the first one's answer. Routes
 * of money keep their answer in the transaction of the change; for the others it is kept here, after it.
 */
export const repeatable = (app: App, route: string) =>
  createMiddleware<ApiEnv>(async function repeatable(c, next) {
    const key = c.req.header('idempotency-key');
    if (key === undefined) return next();
    if (!KEY.test(key)) throw badKey();
    const taken = await takeName(app, await name(c, route, key));
    if ('answer' in taken) return replay(c, taken.answer);

    const { held } = taken;
    c.set('keepAnswer', (tx, { status, body, location }) =>
      keepAnswer(tx, app, held, { status, body, type: 'application/json', location: location ?? null }),
    );
    await next();
    await conclude(app, held, c.res);
  });

async function name(c: Context<ApiEnv>, route: string, key: string): Promise<Named> {
  const body = Buffer.from(await c.req.arrayBuffer());
  const requestHash = createHash('sha256').update(`${c.req.path}\n`).update(body).digest('hex');
  return { scope: `user:${c.var.user.id}`, key, route, requestHash };
}

/** The answer is on its way already: should writing it down fail, a repeat is worked on again, or finds it kept. */
async function conclude(app: App, held: Held, response: Response): Promise<void> {
  try {
    if (response.status >= 500 || NOT_KEPT.has(response.status)) return await giveUpName(app, held);
    await keepAnswer(app.database, app, held, await toStored(response));
  } catch (err) {
    app.log.debug({ err }, 'the answer was kept already, or somebody else has the key');
  }
}

async function toStored(response: Response): Promise<StoredAnswer> {
  const text = await response.clone().text();
  const type = response.headers.get('content-type');
  return {
    status: response.status,
    body: text === '' ? null : JSON.parse(text),
    type: type ?? 'application/json',
    location: response.headers.get('location'),
  };
}

function replay(c: Context<ApiEnv>, { status, body, type, location }: StoredAnswer): Response {
  c.header('Idempotency-Replayed', 'true');
  if (location !== null) c.header('Location', location);
  if (body === null) return c.body(null, status as 204);
  c.header('Content-Type', type);
  return c.body(JSON.stringify(body), status as ContentfulStatusCode);
}

const badKey = () =>
  new InvalidInput('VALIDATION_FAILED', 'Some fields are not as they should be.', {
    fields: [{ field: 'Idempotency-Key', reason: 'format' }],
  });
