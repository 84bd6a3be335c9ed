import { createMiddleware } from 'hono/factory';
import type { MiddlewareHandler } from 'hono';
import { authenticate } from '../accounts/index.ts';
import type { ApiEnv, App } from '../app.ts';
import { Forbidden } from '../platform/errors.ts';

/** As in `security` of a route: none for anyone, `bearer` for a user, with the role where one is needed. */
type Security = readonly Record<string, readonly string[]>[] | undefined;

export type Access = 'PUBLIC' | 'USER' | 'ADMIN';

/** Who may call a route. Access is denied by default: a route that does not say so does not start. */
export function accessOf({ method, path, security }: { method: string; path: string; security?: Security }): Access {
  if (!security) throw new Error(`Bug: ${method} ${path} does not say who may call it.`);
  const roles = security.flatMap((one) => one['bearer'] ?? []);
  const access = security.length === 0 ? 'PUBLIC' : roles.includes('ADMIN') ? 'ADMIN' : 'USER';
  if (path.startsWith('/api/admin/') && access !== 'ADMIN') {
    throw new Error(`Bug: ${method} ${path} is an admin's, and says that others may call it.`);
  }
  return access;
}

/** Lets only users, or only admins, through; the user is in the context then. Nothing they read is kept by caches. */
export const admit = (app: App, access: 'USER' | 'ADMIN'): MiddlewareHandler<ApiEnv> =>
  createMiddleware<ApiEnv>(async function admit(c, next) {
    c.header('Cache-Control', 'no-store');
    const { user, sessionId } = await authenticate(app, c.req.header('authorization'));
    if (access === 'ADMIN' && user.role !== 'ADMIN') {
      throw new Forbidden('FORBIDDEN', 'This needs a role that you do not have.');
    }
    c.set('user', user);
    c.set('sessionId', sessionId);
    await next();
  });
