import { describe, expect, it } from 'vitest';
import type { Environment } from '../../src/platform/config/index.ts';
import { bundle, environmentFor, TEST_SECRETS, type Bundle } from '../support/bundle.ts';
import { runCli } from '../support/cli.ts';
import { given } from '../support/given.ts';

const NEW = 'another-token-key-of-more-than-thirty-two-bytes';
const ONLY_NEW = { PILLIVERY_PAYMENTS__TOKEN_KEY: NEW };
const BOTH = { ...ONLY_NEW, PILLIVERY_PAYMENTS__OLD_TOKEN_KEYS: TEST_SECRETS.PILLIVERY_PAYMENTS__TOKEN_KEY };

const rekey = ({ databaseUrl, sandbox }: Bundle, settings: Environment) =>
  runCli(['payments', 'rekey', '--json'], environmentFor({ databaseUrl, sandbox, settings }));

describe('pillivery payments rekey', () => {
  it('encrypts with the present key what an earlier one has encrypted, and has nothing to do then', async () => {
    const shop = await bundle({ engine: 'sqlite' });
    await given(shop.app).subscriptions(2);
    const first = await rekey(shop, BOTH);
    expect(first.code).toBe(0);
    expect(JSON.parse(first.stdout)).toEqual({ schema: 'pillivery.payments-rekey/1', sealed: 2, left: 0 });
    const again = await rekey(shop, ONLY_NEW);
    expect(again.code).toBe(0);
    expect(JSON.parse(again.stdout)).toMatchObject({ sealed: 0, left: 0 });
  });

  it('ends with 3 when the earlier key is not configured', async () => {
    const shop = await bundle({ engine: 'sqlite' });
    await given(shop.app).subscriptions(2);
    const { code, stdout } = await rekey(shop, ONLY_NEW);
    expect(code).toBe(3);
    expect(JSON.parse(stdout)).toMatchObject({ sealed: 0, left: 2 });
  });
});
