import { createHash } from 'node:crypto';
import type { App } from '../app.ts';
import { networkOf } from '../platform/http/addresses.ts';
import { ruleFor, takeOne } from '../platform/limits.ts';

export interface Guess {
  /** What the account is known by where the guess is made: the key of an e-mail, or an id. */
  account: string;
  ip: string | null;
}

/**
 * Checks a password as one guess of few: it counts before it is checked, so that guesses made at once do not all pass,
 * and is taken back when it was right. Throws `RateLimited` when there were too many, whatever this one would have been.
 */
export async function guessing(
  app: Pick<App, 'config' | 'stores'>,
  { account, ip }: Guess,
  check: () => Promise<boolean>,
): Promise<boolean> {
  const anywhere = subjectOf(account);
  const here = `${anywhere}:${networkOf(ip ?? 'unknown')}`;
  await takeOne(app, 'loginFailures', here);
  await takeOne(app, 'loginFailuresOfAccount', anywhere);
  const isRight = await check();
  if (isRight) {
    await app.stores.limiter.giveBack(ruleFor(app.config, 'loginFailures'), here);
    await app.stores.limiter.giveBack(ruleFor(app.config, 'loginFailuresOfAccount'), anywhere);
  }
  return isRight;
}

/** The store of the counts has no business knowing addresses. */
export const subjectOf = (account: string): string =>
  createHash('sha256').update(account).digest('base64url').slice(0, 22);
