import type { App } from '../../app.ts';
import { atProvider } from './failures.ts';
import { keepLogin, type LinkFor } from './login-state.ts';

/** Where a browser lands when nobody asked for a place: a page of the shop's own. */
export const RESULT_PAGE = '/login/result';

export interface Beginning {
  /** As a path names it, in lower case. */
  provider: string;
  returnTo?: string | undefined;
  /** For a user who is logged in and wants to log in there, too, from now on. */
  link?: LinkFor;
}

/** Begins a login at a provider. The browser goes to `authorizationUrl`, holding `browser` as a cookie. */
export async function beginLogin(
  app: Pick<App, 'socialLogins' | 'stores' | 'log'>,
  { provider: path, returnTo = RESULT_PAGE, link }: Beginning,
): Promise<{ authorizationUrl: string; browser: string }> {
  const { name, provider } = app.socialLogins.named(path);
  const { checks, browser } = await keepLogin(app, { provider: name, returnTo, link });
  return { authorizationUrl: await atProvider(app, name, () => provider.authorizationUrl(checks)), browser };
}
