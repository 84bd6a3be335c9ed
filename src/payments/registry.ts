import type { Clock } from '../platform/clock.ts';
import { requireSecret, type Config } from '../platform/config/index.ts';
import { Misconfigured } from '../platform/errors.ts';
import type { PaymentProviderName } from '../schema.ts';
import { tokenVault, type TokenVault } from './mandate-token.ts';
import type { PaymentProvider } from './provider.ts';
import { openKakaoPay } from './providers/kakaopay/index.ts';

/** The configured providers. Nothing is opened before it is needed, so that commands without payments need no keys. */
export interface Payments {
  readonly defaultProvider: PaymentProviderName;
  /** The provider, or `Misconfigured` saying what it lacks. */
  provider(name: PaymentProviderName): PaymentProvider;
  vault(): TokenVault;
  close(): Promise<void>;
}

export function openPayments(config: Config, clock: Clock): Payments {
  const opened = new Map<PaymentProviderName, PaymentProvider>();
  let vault: TokenVault | undefined;
  return {
    defaultProvider: config.payments.provider,
    provider(name) {
      const provider = opened.get(name) ?? open(name, config, clock);
      opened.set(name, provider);
      return provider;
    },
    vault: () => (vault ??= tokenVault(requireSecret(config, 'payments.tokenKey'))),
    close: async () => void (await Promise.all([...opened.values()].map((provider) => provider.close()))),
  };
}

function open(name: PaymentProviderName, config: Config, clock: Clock): PaymentProvider {
  if (name !== 'KAKAOPAY') {
    throw new Misconfigured('PROVIDER_NOT_CONFIGURED', `The payment provider ${name} is not configured.`, {});
  }
  refuseUnsafe(config.payments.kakaopay.baseUrl, config);
  return openKakaoPay(config, clock);
}

const LOOPBACK = /^(127\.\d+\.\d+\.\d+|localhost|\[::1\])$/;

/** Money goes over https; plain http only to the sandbox on this machine, and only where that is allowed. */
function refuseUnsafe(baseUrl: string, { payments }: Config): void {
  const { protocol, hostname } = new URL(baseUrl);
  if (protocol === 'https:' || (payments.allowSandbox && LOOPBACK.test(hostname))) return;
  throw new Misconfigured(
    'PROVIDER_URL_UNSAFE',
    'payments.kakaopay.baseUrl must be https, or a loopback address with payments.allowSandbox.',
    {},
  );
}
