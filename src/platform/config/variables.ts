import { readFileSync } from 'node:fs';
import { Misconfigured } from '../errors.ts';

export type Environment = Record<string, string | undefined>;

/** Variables that begin like settings and are none: where to look for them, and what the command line itself reads. */
const NOT_SETTINGS =
  /^PILLIVERY_(CONFIG|DATA_DIR|NO_INPUT|LOG_LEVEL|TEST_.*|LIVE_.*|NODE|BINPATH|REDIRECTED|TIDY_STACK|SKIP_.*|DISABLE_.*|THEME_.*|UPDATE_.*)$/;

/** `http.port` ⇄ `PILLIVERY_HTTP__PORT`; camel case becomes one underscore: `PILLIVERY_SHOP__TIME_ZONE`. */
export function variableOf(key: string): string {
  const words = key.split('.').map((part) => part.replaceAll(/[A-Z]/g, (letter) => `_${letter}`).toUpperCase());
  return `PILLIVERY_${words.join('__')}`;
}

/** The settings among the variables, by variable name; `…_FILE` is read from the file it names. */
export function settingsFromVariables(environment: Environment, known: readonly string[]): Map<string, string> {
  const byVariable = new Map(known.map((key) => [variableOf(key), key]));
  const settings = new Map<string, string>();
  for (const [variable, value] of Object.entries(environment)) {
    if (!variable.startsWith('PILLIVERY_') || value === undefined || NOT_SETTINGS.test(variable)) continue;
    const key = byVariable.get(variable);
    const fileKey = variable.endsWith('_FILE') ? byVariable.get(variable.slice(0, -'_FILE'.length)) : undefined;
    if (key) settings.set(key, value);
    else if (fileKey) settings.set(fileKey, readValue(variable, value));
    else settings.set(variable, value); // unknown: reported together with unknown keys of the files
  }
  return settings;
}

function readValue(variable: string, file: string): string {
  try {
    return readFileSync(file, 'utf8').trim();
  } catch (cause) {
    throw new Misconfigured('CONFIG_FILE_UNREADABLE', `The file that ${variable} names cannot be read: ${file}`, { cause });
  }
}

/** Lines `NAME=value`; blank lines and lines that begin with # are passed over, quotes around a value are taken off. */
export function parseEnvFile(text: string): Environment {
  const pairs = text
    .split(/\r?\n/)
    .map((line) => /^\s*([A-Z][A-Z0-9_]*)=(.*)$/.exec(line))
    .filter((match) => match !== null)
    .map((match) => [match[1], match[2]?.trim().replaceAll(/^(['"])(.*)\1$/g, '$2')]);
  return Object.fromEntries(pairs);
}
