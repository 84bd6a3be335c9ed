import type { Config } from './config/index.ts';
import { RateLimited } from './errors.ts';
import type { Decision, Limiter, Rule } from './stores/index.ts';

export type LimitName = keyof Config['limits'];

const MINUTE = 60;
const HOUR = 3_600;

const WINDOW_SECONDS: Record<LimitName, number> = {
  requestsPerMinute: MINUTE,
  searchesPerMinute: MINUTE,
  loginFailures: 15 * MINUTE,
  loginFailuresOfAccount: HOUR,
  signUpsPerHour: HOUR,
  resetsPerHour: HOUR,
  paymentStartsPerMinute: MINUTE,
  lookupsPerMinute: MINUTE,
};

/** A configured limit as a rule for a limiter. */
export const ruleFor = ({ limits }: Pick<Config, 'limits'>, name: LimitName): Rule => ({
  name,
  limit: limits[name],
  windowSeconds: WINDOW_SECONDS[name],
});

interface Limited {
  config: Pick<Config, 'limits'>;
  stores: { limiter: Limiter };
}

/** Counts one against a limit; `RateLimited` when it is used up. */
export async function takeOne({ config, stores }: Limited, name: LimitName, subject: string): Promise<void> {
  refuseOver(await stores.limiter.take(ruleFor(config, name), subject));
}

/** Throws `RateLimited` for a decision that says no. */
export function refuseOver({ allowed, retryAfterSeconds }: Decision): void {
  if (allowed) return;
  throw new RateLimited('RATE_LIMITED', 'That was too often; wait a little and try again.', { retryAfterSeconds });
}
