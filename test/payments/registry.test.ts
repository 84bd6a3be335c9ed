import { describe, expect, it } from 'vitest';
import { systemClock } from '../../src/platform/clock.ts';
import { loadConfig } from '../../src/platform/config/index.ts';
import { openPayments } from '../../src/payments/registry.ts';
import { environmentFor, ROOT } from '../support/environment.ts';

function providerAt(url: string, allowSandbox: boolean) {
  const settings = { PILLIVERY_PAYMENTS__ALLOW_SANDBOX: String(allowSandbox) };
  const environment = environmentFor({ databaseUrl: 'sqlite::memory:', sandbox: { url }, settings });
  const payments = openPayments(loadConfig({ root: ROOT, cwd: ROOT, environment }), systemClock());
  return () => payments.provider('KAKAOPAY');
}

describe('the address of a provider', () => {
  it('is refused when it is a sandbox and no sandbox is allowed', () => {
    expect(providerAt('http://127.0.0.1:8090', false)).toThrow('payments.allowSandbox');
  });

  it('is refused when it is plain http on another machine, sandbox or not', () => {
    expect(providerAt('http://sandbox.test:8090', true)).toThrow('must be https');
  });

  it('may be a sandbox on this machine where that is allowed', () => {
    expect(providerAt('http://127.0.0.1:8090', true)).not.toThrow();
  });
});
