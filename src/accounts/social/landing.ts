import type { Landing, LoginResult } from './finish-login.ts';

/**
 * Where the browser goes after a login: a path of the storefront, with the result and no token, ticket or e-mail in the
 * query, for addresses end up in histories and logs.
 */
export function landingUrl(storefrontUrl: string, { returnTo, result }: Landing): string {
  const url = new URL(storefrontUrl + returnTo);
  for (const [name, value] of Object.entries(wordsFor(result))) url.searchParams.set(name, value);
  return url.href;
}

function wordsFor(result: LoginResult): { login: string; code?: string } {
  switch (result.kind) {
    case 'logged_in':
      return { login: 'ok' };
    case 'linked':
    case 'profile_required':
      return { login: result.kind };
    case 'refused': {
      const { code } = result.error;
      return code === 'EMAIL_IN_USE' ? { login: 'email_in_use' } : { login: 'failed', code };
    }
  }
}
