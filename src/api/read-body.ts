import { bodyLimit } from 'hono/body-limit';
import { createMiddleware } from 'hono/factory';
import { HTTPException } from 'hono/http-exception';
import type { MiddlewareHandler } from 'hono';
import type { ApiEnv } from '../app.ts';
import { cleanTexts } from './clean-texts.ts';

/** Reads no more of a body than is allowed. */
export const limitBody = (maxSize: number): MiddlewareHandler<ApiEnv> =>
  bodyLimit({
    maxSize,
    onError: () => {
      throw new HTTPException(413);
    },
  });

/** Puts the cleaned body where the validator of the route finds it. */
export const cleanBody = createMiddleware<ApiEnv>(async function cleanBody(c, next) {
  if (c.req.header('content-type')?.toLowerCase().startsWith('application/json')) {
    const cleaned = cleanTexts(parse(await c.req.text()));
    // Hono's cache holds promises, whatever its types say; json() reads from it.
    c.req.bodyCache.text = Promise.resolve(JSON.stringify(cleaned)) as never;
  }
  await next();
});

function parse(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    throw new HTTPException(400);
  }
}
