import { existsSync, readFileSync } from 'node:fs';
import { dirname, join, resolve } from 'node:path';
import { LineCounter, parseDocument, visit, isScalar, isMap } from 'yaml';
import { Misconfigured } from '../errors.ts';
import { nearest } from '../suggest.ts';
import { ConfigSchema, knownKeys, SECRET_KEYS, type Config } from './schema.ts';
import { parseEnvFile, settingsFromVariables, variableOf, type Environment } from './variables.ts';

export type { Config } from './schema.ts';
export { variableOf, type Environment } from './variables.ts';

export interface ConfigSource {
  /** Folder of the installed package; its config/pillivery.yaml holds the defaults. */
  root: string;
  environment: Environment;
  /** Folder the process was started in. */
  cwd: string;
  /** Settings given as flags, by dotted key; they win over everything. */
  flags?: Record<string, string | undefined>;
  /** `--config`. */
  file?: string | undefined;
}

interface Setting {
  key: string;
  value: unknown;
  /** Where it was said, for messages: "config/pillivery.yaml, line 12" or "the variable PILLIVERY_HTTP__PORT". */
  from: string;
  fromFile: boolean;
}

/**
 * Flags over environment over `.env` over `pillivery.<env>.yaml` over `pillivery.yaml` over the package's defaults.
 * Throws one `Misconfigured` that names every mistake: unknown keys with the nearest known one, secrets in a file,
 * values of the wrong kind.
 */
export function loadConfig(source: ConfigSource): Config {
  const defaults = readYaml(join(source.root, 'config', 'pillivery.yaml'));
  const settings = new Map<string, Setting>();
  const say = (said: Setting[]): void => said.forEach((setting) => settings.set(setting.key, setting));

  say(defaults);
  const file = configFile(source);
  if (file) say(readYaml(file));
  const dotEnv = file ? readEnvBeside(file) : {};
  const env = source.environment['PILLIVERY_ENV'] ?? dotEnv['PILLIVERY_ENV'] ?? String(settings.get('env')?.value);
  const overlay = file?.replace(/\.ya?ml$/, `.${env}.yaml`);
  if (overlay && existsSync(overlay)) say(readYaml(overlay));
  if (env !== 'production') say(fromVariables(dotEnv, 'the file .env'));
  say(fromVariables(source.environment, 'the environment'));
  if (source.environment['PILLIVERY_LOG_LEVEL']) say([given('log.level', source.environment['PILLIVERY_LOG_LEVEL'])]);
  if (source.environment['PILLIVERY_DATA_DIR']) say([given('dataDir', source.environment['PILLIVERY_DATA_DIR'])]);
  for (const [key, value] of Object.entries(source.flags ?? {})) if (value !== undefined) say([given(key, value)]);

  return checked(settings, source.cwd);
}

const given = (key: string, value: string): Setting => ({ key, value, from: 'the command line', fromFile: false });

/** `--config`, else PILLIVERY_CONFIG, else the data folder's own file, else ./config/pillivery.yaml. */
function configFile({ file, environment, cwd, flags }: ConfigSource): string | undefined {
  const named = file ?? environment['PILLIVERY_CONFIG'];
  if (named) {
    if (!existsSync(resolve(cwd, named))) {
      throw new Misconfigured('CONFIG_NOT_FOUND', `There is no configuration file ${named}.`, { facts: { file: named } });
    }
    return resolve(cwd, named);
  }
  const dataDir = flags?.['dataDir'] ?? environment['PILLIVERY_DATA_DIR'];
  const places = [dataDir && resolve(cwd, dataDir, 'pillivery.yaml'), resolve(cwd, 'config', 'pillivery.yaml')];
  return places.find((place) => place && existsSync(place)) || undefined;
}

function readEnvBeside(file: string): Environment {
  const dotEnv = join(dirname(file), '.env');
  return existsSync(dotEnv) ? parseEnvFile(readFileSync(dotEnv, 'utf8')) : {};
}

const fromVariables = (environment: Environment, from: string): Setting[] =>
  [...settingsFromVariables(environment, knownKeys())].map(([key, value]) => ({ key, value, from, fromFile: false }));

/** The leaves of a YAML file with their lines. */
function readYaml(file: string): Setting[] {
  const lines = new LineCounter();
  const document = parseDocument(readFileSync(file, 'utf8'), { lineCounter: lines });
  const [mistake] = document.errors;
  if (mistake) throw new Misconfigured('CONFIG_UNREADABLE', `${file}: ${mistake.message}`, {});
  const settings: Setting[] = [];
  visit(document, {
    Pair(_, pair, path) {
      if (isMap(pair.value) || !isScalar(pair.key)) return;
      const parents = path.flatMap((node) => ('key' in node && isScalar(node.key) ? [String(node.key.value)] : []));
      const { line } = lines.linePos(pair.key.range?.[0] ?? 0);
      const value = (pair.value as { toJSON?: () => unknown } | null)?.toJSON?.() ?? null;
      settings.push({ key: [...parents, String(pair.key.value)].join('.'), value, from: `${file}, line ${line}`, fromFile: true });
      return visit.SKIP;
    },
  });
  return settings;
}

function checked(settings: Map<string, Setting>, cwd: string): Config {
  const known = knownKeys();
  const mistakes = [...settings.values()].flatMap((setting) => mistakesOf(setting, known));
  const parsed = ConfigSchema.safeParse(nested(settings, known));
  if (!parsed.success) {
    for (const { path, message } of parsed.error.issues) {
      const key = path.join('.');
      const from = settings.get(key)?.from ?? 'the defaults';
      mistakes.push(`${key} (${from}): ${message}`);
    }
  }
  if (mistakes.length > 0 || !parsed.success) {
    throw new Misconfigured('CONFIG_INVALID', `The configuration is wrong: ${mistakes.join('; ')}`, { facts: { mistakes } });
  }
  const config = { ...parsed.data, dataDir: resolve(cwd, parsed.data.dataDir) };
  refuseInProduction(config);
  return config;
}

function mistakesOf({ key, value, from, fromFile }: Setting, known: readonly string[]): string[] {
  if (!known.includes(key)) {
    const like = key.startsWith('PILLIVERY_') ? nearest(key, known.map(variableOf)) : nearest(key, known);
    return [`${key} (${from}) is no setting${like ? `; did you mean ${like}?` : ''}`];
  }
  if (fromFile && key in SECRET_KEYS) {
    return [`${key} (${from}) is a secret; set it by the variable ${variableOf(key)} instead`];
  }
  if (fromFile && ADDRESSES.has(key) && /^[a-z]+:\/\/[^/]*:[^/]*@/.test(String(value))) {
    return [`${key} (${from}) holds a password; set it by the variable ${variableOf(key)} instead`];
  }
  return [];
}

/** Keys whose values may hold a password, which then may not stand in a file. */
const ADDRESSES = new Set(['database.url', 'redis.url']);

/** Variables and flags are text: numbers, booleans and lists are read as YAML reads them. */
function nested(settings: Map<string, Setting>, known: readonly string[]): Record<string, unknown> {
  const tree: Record<string, unknown> = {};
  for (const { key, value, fromFile } of settings.values()) {
    if (!known.includes(key)) continue;
    const path = key.split('.');
    const leaf = path.pop() ?? key;
    let branch = tree;
    for (const part of path) branch = (branch[part] ??= {}) as Record<string, unknown>;
    branch[leaf] = fromFile || TEXT_KEYS.has(key) ? value : parseDocument(String(value)).toJSON();
  }
  return tree;
}

/** Keys whose values stay text even where they look like a number, a moment or a list. */
const TEXT_KEYS = new Set([
  ...Object.keys(SECRET_KEYS),
  'dataDir',
  ...ADDRESSES,
  'redis.prefix',
  'clock.now',
  'shop.timeZone',
  'shop.storefrontUrl',
  'shop.publicUrl',
  'http.host',
  ...['google', 'kakao', 'naver'].map((provider) => `auth.oauth.${provider}.clientId`),
  'payments.kakaopay.baseUrl',
  'payments.kakaopay.oneTimeCid',
  'payments.kakaopay.recurringCid',
  'billing.metricsFile',
]);

function refuseInProduction(config: Config): void {
  if (config.env !== 'production') return;
  const refused = [
    config.clock.now !== '' && 'clock.now (the test clock)',
    config.payments.allowSandbox && 'payments.allowSandbox (the sandbox)',
    config.auth.oauth.allowHttp && 'auth.oauth.allowHttp (social logins without TLS)',
  ].filter((what) => what !== false);
  if (refused.length > 0) {
    throw new Misconfigured('NOT_IN_PRODUCTION', `Not allowed with env=production: ${refused.join(', ')}.`, {});
  }
}

/** The value of a secret, or `Misconfigured` saying which variable to set and how to make one. */
export function requireSecret(config: Config, key: string): string {
  const value = key.split('.').reduce<unknown>((branch, part) => (branch as Record<string, unknown>)[part], config);
  if (typeof value === 'string') return value;
  throw new Misconfigured('SECRET_MISSING', `${variableOf(key)} is not set; ${SECRET_KEYS[key]}`, {
    facts: { key },
  });
}

/** The database's address; without one, SQLite in the data folder. */
export function databaseUrl(config: Config): string {
  return config.database.url || `sqlite:${join(config.dataDir, 'pillivery.db')}`;
}
