import { cp, mkdtemp, readFile, rm, symlink, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { ROOT } from '../../support/environment.ts';

/** A guard of the money, taken out of the compiled code. */
export interface Mutation {
  /** Under dist/src. */
  file: string;
  /** Found exactly once, or the mutation fails: a guard that was moved must not be taken for one that was removed. */
  from: string;
  to: string;
}

/** Rows are not locked before they are scheduled; and the moment between looking and writing is long. */
export const NO_ROW_LOCKS: readonly Mutation[] = [
  {
    file: 'billing/schedule.js',
    from: 'const due = await tx.lock(selectNew(tx, app, window, cursor), { skipLocked: true });',
    to: `const due = await selectNew(tx, app, window, cursor);
        await new Promise((goOn) => setTimeout(goOn, 2_000));`,
  },
];

/** CREATED → SENT happens whatever state the attempt has. */
export const NO_STATE_GUARD: readonly Mutation[] = [
  {
    file: 'billing/claim.js',
    from: "const created = and(inArray(t.id, free.map(({ id }) => id)), eq(t.state, 'CREATED'));",
    to: 'const created = inArray(t.id, free.map(({ id }) => id));',
  },
  {
    file: 'billing/claim.js',
    from: ".where(and(inArray(t.id, ids), eq(t.state, 'CREATED')));",
    to: '.where(inArray(t.id, ids));',
  },
];

/** Nobody asks whether a charge is in flight or in doubt on the mandate; the unique keys of the fences go with it. */
export const NO_FENCE: readonly Mutation[] = [
  { file: 'billing/due.js', from: 'not(inDoubt({ database }, clock.now())), ', to: '' },
  {
    file: 'billing/fences.js',
    from: "return (attempt) => fences.get(attempt.mandateId ?? '') ?? fences.get(customerFence(attempt));",
    to: 'return () => undefined;',
  },
];

/** A witness is believed although another charge was sent on the mandate since, and approved by what it is compared with. */
export const NO_DOUBT_ABOUT_THE_WITNESS: readonly Mutation[] = [
  {
    file: 'payments/providers/kakaopay/witness.js',
    from: 'if (lost.baseline && wholeSeconds(lost.baseline) > sent + TOLERANCE_MS)',
    to: 'if (false)',
  },
  {
    file: 'payments/resolver/lookup.js',
    from: "chargedSince: found.kind === 'witnessed' && (await wasChargedSince(app, attempt)),",
    to: 'chargedSince: false,',
  },
];

/** SENT is committed once the provider has answered. */
export const SENT_AFTER_CALL: readonly Mutation[] = [
  {
    file: 'billing/claim.js',
    from: 'await markSent(tx, app, runner, sent.map(({ attempt }) => attempt));',
    to: '',
  },
  {
    file: 'billing/claim.js',
    from: 'async function markSent(',
    to: `export const markLate = (app, runner, attempt) =>
    app.database.transaction((tx) => markSent(tx, app, runner, [attempt]));
async function markSent(`,
  },
  {
    file: 'billing/engine.js',
    from: "import { claimAttempts } from './claim.js';",
    to: "import { claimAttempts, markLate } from './claim.js';",
  },
  {
    file: 'billing/engine.js',
    from: "failPoint('charge:answered');",
    to: "failPoint('charge:answered');\n        await markLate(engine.app, engine.runner, claim.attempt);",
  },
];

/** Every runner takes itself for the only one, for ever. */
export const NO_LEASE: readonly Mutation[] = [
  {
    file: 'billing/runner.js',
    from: "return own?.status === 'RUNNING' && own.leaseUntil > clock.now();",
    to: 'return true;',
  },
  {
    file: 'billing/runner.js',
    from: 'const inTheWay = others.find(({ date: theirs }) => !join || theirs !== date);',
    to: 'const inTheWay = undefined;',
  },
];

/** Unique keys by their tables: those that keep a cycle from being charged by two attempts. */
export const CYCLE_KEYS = {
  payment_attempts_live: 'payment_attempts',
  payment_attempts_idempotency: 'payment_attempts',
  billing_cycles_cycle: 'billing_cycles',
} as const;
export const FENCE_KEYS = {
  payment_attempts_mandate_fence: 'payment_attempts',
  payment_attempts_customer_fence: 'payment_attempts',
} as const;

/** A copy of the built package in which guards are missing. */
export async function packageWithout(
  mutations: readonly Mutation[],
): Promise<{ root: string; remove(): Promise<void> }> {
  const root = await mkdtemp(join(tmpdir(), 'pillivery-mutant-'));
  for (const name of ['bin', 'dist', 'package.json', 'oclif.manifest.json']) {
    await cp(join(ROOT, name), join(root, name), { recursive: true });
  }
  for (const name of ['node_modules', 'migrations', 'config']) await symlink(join(ROOT, name), join(root, name));
  for (const mutation of mutations) await mutate(root, mutation);
  return { root, remove: () => rm(root, { recursive: true, force: true }) };
}

async function mutate(root: string, { file, from, to }: Mutation): Promise<void> {
  const path = join(root, 'dist', 'src', file);
  const parts = (await readFile(path, 'utf8')).split(from);
  if (parts.length !== 2) {
    throw new Error(
      `dist/src/${file} has this ${parts.length - 1} times instead of once; tell the mutation anew:\n${from}`,
    );
  }
  await writeFile(path, parts.join(to));
}
