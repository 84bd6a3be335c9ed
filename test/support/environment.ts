import type { Environment } from '../../src/platform/config/index.ts';
import type { Sandbox } from '../../src/sandbox/index.ts';

export const ROOT = new URL('../..', import.meta.url).pathname.replace(/\/$/, '');

/** Secrets of the tests; long enough for the checks, known to nobody who matters. */
export const TEST_SECRETS = {
  PILLIVERY_AUTH__JWT_KEY: 'test-only-jwt-key-of-more-than-32-bytes',
  PILLIVERY_PAYMENTS__TOKEN_KEY: 'test-only-token-key-of-more-than-32-bytes',
  PILLIVERY_PAYMENTS__KAKAOPAY__SECRET_KEY: 'SANDBOX-test-only',
};

/** A test plays more customers from one address than a shop would believe. */
const WIDE_LIMITS = Object.fromEntries(
  ['REQUESTS_PER_MINUTE', 'SEARCHES_PER_MINUTE', 'SIGN_UPS_PER_HOUR', 'PAYMENT_STARTS_PER_MINUTE'].map((name) => [
    `PILLIVERY_LIMITS__${name}`,
    '1000000',
  ]),
);

/** A Friday morning in Seoul; every test's clock begins here. */
export const START = '2026-11-20T09:00:00+09:00';

/** Variables under which a shop uses a sandbox and a database of the test's own. */
export const environmentFor = ({
  databaseUrl,
  sandbox,
  settings = {},
}: {
  databaseUrl: string;
  sandbox: Pick<Sandbox, 'url'>;
  settings?: Environment;
}): Environment => ({
  ...TEST_SECRETS,
  PILLIVERY_ENV: 'test',
  PILLIVERY_LOG__LEVEL: 'silent',
  PILLIVERY_DATABASE__URL: databaseUrl,
  ...WIDE_LIMITS,
  PILLIVERY_BILLING__RESOLVE_SECONDS: '0',
  PILLIVERY_BILLING__REPEAT_AFTER_MS: '10',
  PILLIVERY_PAYMENTS__ALLOW_SANDBOX: 'true',
  PILLIVERY_PAYMENTS__KAKAOPAY__BASE_URL: sandbox.url,
  ...settings,
});
