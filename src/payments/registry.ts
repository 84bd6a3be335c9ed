import { join } from 'node:path';
import type { MovableClock } from '../platform/clock.ts';
import { databaseUrl, requireSecret, type Config } from '../platform/config/index.ts';
import { Misconfigured } from '../platform/errors.ts';
import type { NewId } from '../platform/ids.ts';
import type { Log } from '../platform/log.ts';
import type { Metrics } from '../platform/metrics.ts';
import type { Database, PaymentProviderName } from '../schema.ts';
import { tokenVault, type TokenVault } from './mandates/token-vault.ts';
import type { PaymentProvider } from './provider.ts';
import { openKakaoPay } from './providers/kakaopay/index.ts';
import { noSpool, openSpool, type Spool } from './ledger/spool.ts';
import { openWatermark, type Watermark } from './ledger/watermark.ts';

/** The configured providers. Nothing is opened before it is needed, so that commands without payments need no keys. */
export interface Payments {
  readonly defaultProvider: PaymentProviderName;
  /** The provider, or `Misconfigured` saying what it lacks. */
  provider(name: PaymentProviderName): PaymentProvider;
  /** Whether checkouts can be started with this provider. */
  offers(name: PaymentProviderName): boolean;
  vault(): TokenVault;
  readonly spool: Spool;
  readonly watermark: Watermark;
  /** Nothing may be charged from here on, although lookups go on: the books are older than what was sent. */
  halt(): void;
  halted(): boolean;
  /** A call whose end nobody waits for any more; closing waits for it. */
  inBackground<T>(work: Promise<T>): Promise<T>;
  close(): Promise<void>;
}

export interface PaymentTools {
  database: Database;
  clock: MovableClock;
  log: Log;
  metrics: Metrics;
  newId: NewId;
}

export function openPayments(config: Config, tools: PaymentTools): Payments {
  const opened = new Map<PaymentProviderName, PaymentProvider>();
  const working = new Set<Promise<unknown>>();
  const files = filesOf(config);
  let isHalted = false;
  let vault: TokenVault | undefined;
  const openVault = (): TokenVault => (vault ??= vaultOf(config));
  const watermark = openWatermark(files?.watermark, tools);
  let closing: Promise<void> | undefined;
  const closeAll = async (): Promise<void> => {
    await Promise.all(working);
    await watermark.flush();
    await Promise.all([...opened.values()].map((provider) => provider.close()));
  };
  return {
    defaultProvider: config.payments.provider,
    provider(name) {
      const provider = opened.get(name) ?? open(name, config, tools);
      opened.set(name, provider);
      return provider;
    },
    offers: (name) => name in OPENERS,
    vault: openVault,
    spool: files ? openSpool(files.spool, openVault) : noSpool,
    watermark,
    halt: () => void (isHalted = true),
    halted: () => isHalted,
    inBackground(work) {
      const watched = work.then(noop, noop).finally(() => working.delete(watched));
      working.add(watched);
      return work;
    },
    close: () => (closing ??= closeAll()),
  };
}

const noop = (): void => {};

const vaultOf = (config: Config): TokenVault =>
  tokenVault(requireSecret(config, 'payments.tokenKey'), config.payments.oldTokenKeys?.split(',') ?? []);

/** Where this machine keeps what must outlive a lost database; a database in memory has nothing to outlive. */
function filesOf(config: Config): { spool: string; watermark: string } | undefined {
  if (databaseUrl(config) === 'sqlite::memory:') return undefined;
  return { spool: join(config.dataDir, 'spool'), watermark: join(config.dataDir, 'ledger-watermark') };
}

function open(name: PaymentProviderName, config: Config, tools: PaymentTools): PaymentProvider {
  const opener = OPENERS[name];
  if (!opener) {
    throw new Misconfigured('PROVIDER_NOT_CONFIGURED', `The payment provider ${name} is not configured.`, {});
  }
  return opener(config, tools);
}

const OPENERS: Partial<Record<PaymentProviderName, (config: Config, tools: PaymentTools) => PaymentProvider>> = {
  KAKAOPAY(config, tools) {
    refuseUnsafe(config.payments.kakaopay.baseUrl, config);
    return openKakaoPay(config, tools);
  },
};

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
