import { describe, expect, it } from 'vitest';
import { bundle } from '../support/bundle.ts';

async function providerAt(url: string, allowSandbox: boolean) {
  const settings = {
    PILLIVERY_PAYMENTS__KAKAOPAY__BASE_URL: url,
    PILLIVERY_PAYMENTS__ALLOW_SANDBOX: String(allowSandbox),
  };
  const { app } = await bundle({ settings });
  return () => app.payments.provider('KAKAOPAY');
}

describe('the address of a provider', () => {
  it('is refused when it is a sandbox and no sandbox is allowed', async () => {
    expect(await providerAt('http://127.0.0.1:8090', false)).toThrow('payments.allowSandbox');
  });

  it('is refused when it is plain http on another machine, sandbox or not', async () => {
    expect(await providerAt('http://sandbox.test:8090', true)).toThrow('must be https');
  });

  it('may be a sandbox on this machine where that is allowed', async () => {
    expect(await providerAt('http://127.0.0.1:8090', true)).not.toThrow();
  });
});
