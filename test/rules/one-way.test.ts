import { execFile } from 'node:child_process';
import { mkdir, mkdtemp, rm, symlink, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { promisify } from 'node:util';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
// @ts-expect-error Plain JavaScript, for that is what dependency-cruiser reads.
import config from '../../.dependency-cruiser.js';

const ROOT = fileURLToPath(new URL('../..', import.meta.url));
const RULES: { name: string; comment: string }[] = config.forbidden;
const CRUISER = join(ROOT, 'node_modules/dependency-cruiser/bin/dependency-cruiser.mjs');

/** One file each that breaks exactly the rule it is listed under. */
const PLANTS: Record<string, [file: string, source: string]> = {
  'platform-knows-no-feature': ['src/platform/nosy.ts', "import '../schema.ts';"],
  'schema-knows-only-platform': ['src/schema.nosy.ts', "import './orders/index.ts';"],
  'feature-through-index': ['src/billing/nosy.ts', "import type { Deep } from '../orders/deep.ts';"],
  'subscriptions-imports-downwards': ['src/subscriptions/nosy.ts', "import '../billing/index.ts';"],
  'orders-imports-downwards': ['src/orders/nosy.ts', "import '../subscriptions/index.ts';"],
  'payments-imports-downwards': ['src/payments/nosy.ts', "import type { Thing } from '../orders/index.ts';"],
  'reviews-imports-downwards': ['src/reviews/nosy.ts', "import '../payments/index.ts';"],
  'carts-imports-downwards': ['src/carts/nosy.ts', "import '../reviews/index.ts';"],
  'catalog-imports-downwards': ['src/catalog/nosy.ts', "import '../carts/index.ts';"],
  'accounts-imports-downwards': ['src/accounts/nosy.ts', "import '../catalog/index.ts';"],
  'outbox-imports-downwards': ['src/outbox/nosy.ts', "import '../accounts/index.ts';"],
  'feature-knows-no-edge': ['src/orders/edgy.ts', "import '../api/index.ts';"],
  'app-comes-as-an-argument': ['src/orders/grasping.ts', "import { openApp } from '../app.ts'; openApp();"],
  'app-through-index': [
    'src/app.ts',
    "import './orders/deep.ts'; export const openApp = () => {}; export type App = object;",
  ],
  'api-takes-routes': ['src/api/nosy.ts', "import '../orders/deep.ts';"],
  'deploy-is-a-leaf': ['src/loadtest/deploying.ts', "import '../deploy/index.ts';"],
  'loadtest-is-a-leaf': ['src/cli/loading.ts', "import '../loadtest/index.ts';"],
  'seeding-is-a-leaf': ['src/catalog/seeding.ts', "import '../seeding/index.ts';"],
  'sandbox-is-a-leaf': ['src/payments/cheating.ts', "import '../sandbox/index.ts';"],
  'demo-is-a-leaf': ['src/seeding/demoing.ts', "import '../demo/index.ts';"],
  'sandbox-stands-alone': ['src/sandbox/cheating.ts', "import '../payments/index.ts';"],
  'commands-on-top': ['src/cli/commanding.ts', "import '../../commands/fine.ts';"],
  'bin-starts-commands': ['bin/nosy.js', "import '../src/orders/index.ts';"],
  'commands-use-no-library': ['commands/libraries.ts', "import { z } from 'zod';"],
  'commands-load-late': ['commands/eager.ts', "import '../src/orders/index.ts';"],
  'hono-at-the-edge': ['src/orders/honoring.ts', "import { OpenAPIHono } from '@hono/zod-openapi';"],
  'tokens-use-only-jwt': ['src/accounts/tokens.ts', "import { verify } from 'hono/jwt'; import { Hono } from 'hono';"],
  'drivers-in-platform': ['src/orders/driving.ts', "import type { Pool } from 'mysql2/promise';"],
  'dialects-in-platform': ['src/orders/dialect.ts', "import { mysqlTable } from 'drizzle-orm/mysql-core';"],
  'redis-in-platform': ['src/carts/redis.ts', "import { Redis } from 'ioredis';"],
  'http-in-platform': ['src/payments/fetching.ts', "import { ofetch } from 'ofetch';"],
  'openid-in-social-logins': ['src/accounts/discovering.ts', "import { discovery } from 'openid-client';"],
  'execa-in-deploy': ['src/loadtest/executing.ts', "import { execa } from 'execa';"],
  'listr-where-people-wait': ['src/orders/listing.ts', "import { Listr } from 'listr2';"],
  'croner-where-schedules-are': ['src/orders/scheduling.ts', "import { Cron } from 'croner';"],
  'consola-in-cli': ['src/orders/talking.ts', "import { consola } from 'consola';"],
  'pino-in-log': ['src/orders/logging.ts', "import type { Logger } from 'pino';"],
  'prometheus-in-metrics': ['src/orders/counting.ts', "import { Counter } from 'prom-client';"],
  'shipped-libraries-only': ['src/orders/testing.ts', "import { vi } from 'vitest';"],
  'tests-stay-in-test': ['src/orders/tested.ts', "import '../../test/support/thing.ts';"],
  'examples-use-what-users-have': ['examples/inside.ts', "import '../src/orders/index.ts';"],
  'no-cycles': ['src/orders/cycle-a.ts', "import './cycle-b.ts';"],
  'app-knows-no-edge': ['src/app.ts', "import './api/index.ts';"],
};

/** What the plants lean on, and everything that is allowed though it is close to something that is not. */
const GROUND: Record<string, string> = {
  'package.json': JSON.stringify({
    name: 'ground',
    type: 'module',
    dependencies: Object.fromEntries(
      [
        '@oclif/core',
        'hono',
        '@hono/zod-openapi',
        'zod',
        'mysql2',
        'drizzle-orm',
        'ofetch',
        'listr2',
        'consola',
        'pino',
        'prom-client',
        'execa',
      ].map((name) => [name, '*']),
    ),
    devDependencies: { vitest: '*' },
  }),
  'src/schema.ts': "import './platform/fine.ts';",
  'src/platform/fine.ts': '',
  'src/platform/database/fine.ts': "import 'mysql2/promise'; import 'drizzle-orm/mysql-core';",
  'src/platform/log.ts': "import 'pino';",
  'src/platform/metrics.ts': "import 'prom-client';",
  'src/orders/deep.ts': 'export type Deep = string;',
  'src/orders/cycle-b.ts': "import './cycle-a.ts';",
  'src/orders/types-only.ts': "import type { App } from '../app.ts'; import type { B } from './types-only-too.ts';",
  'src/orders/types-only-too.ts': "import { a } from './types-only.ts';",
  'src/orders/routes.ts': "import { OpenAPIHono } from '@hono/zod-openapi'; import './deep.ts';",
  'src/billing/fine.ts': "import '../orders/index.ts'; import '../outbox/index.ts'; import '../schema.ts';",
  'src/deploy/fine.ts': "import 'execa'; import 'listr2';",
  'src/demo/fine.ts': "import '../seeding/index.ts'; import '../sandbox/index.ts'; import '../orders/index.ts';",
  'src/sandbox/fine.ts': "import 'hono'; import '../platform/fine.ts';",
  'src/cli/index.ts': "import 'consola'; import '@oclif/core'; export const openLate = () => import('../app.ts');",
  'src/api/fine.ts': "import '../orders/routes.ts'; import '../orders/index.ts';",
  'commands/fine.ts':
    "import '@oclif/core'; import '../src/cli/index.ts'; import type { Deep } from '../src/orders/deep.ts'; export const run = () => import('../src/orders/deep.ts');",
  'bin/fine.js': "import '@oclif/core'; import '../src/cli/index.ts';",
  'test/support/thing.ts': "import '../../src/orders/deep.ts'; import 'vitest';",
  'examples/fine.ts': "import 'node:http'; import './fine-too.ts';",
  'examples/fine-too.ts': '',
  ...Object.fromEntries(
    [
      'billing',
      'subscriptions',
      'orders',
      'payments',
      'reviews',
      'carts',
      'catalog',
      'accounts',
      'outbox',
      'api',
      'deploy',
      'loadtest',
      'seeding',
      'sandbox',
      'demo',
    ].map((folder) => [`src/${folder}/index.ts`, 'export type Thing = string;']),
  ),
};

interface Violation {
  rule: { name: string };
  from: string;
}

async function cruise(folder: string): Promise<Violation[]> {
  const args = [CRUISER, '.', '--config', join(ROOT, '.dependency-cruiser.js'), '--output-type', 'json'];
  const outcome = promisify(execFile)(process.execPath, args, { cwd: folder, maxBuffer: 64 * 1024 * 1024 });
  // It leaves with the number of violations; then the report is on stdout all the same.
  const { stdout } = await outcome.catch((failure: { stdout: string }) => {
    if (failure.stdout) return failure;
    throw failure;
  });
  return (JSON.parse(stdout) as { summary: { violations: Violation[] } }).summary.violations;
}

async function plant(folder: string, files: Record<string, string>): Promise<void> {
  for (const [file, source] of Object.entries(files)) {
    await mkdir(dirname(join(folder, file)), { recursive: true });
    await writeFile(join(folder, file), source);
  }
}

describe('the one-way rules', () => {
  let folder: string;
  let found: Violation[];

  beforeAll(async () => {
    folder = await mkdtemp(join(tmpdir(), 'pillivery-rules-'));
    // Two plants share src/app.ts, for there is only one such file.
    const sources = Map.groupBy(Object.values(PLANTS), ([file]) => file);
    const plants = [...sources].map(([file, group]) => [file, group.map(([, source]) => source).join('\n')] as const);
    await plant(folder, { ...GROUND, ...Object.fromEntries(plants) });
    await symlink(join(ROOT, 'node_modules'), join(folder, 'node_modules'));
    found = await cruise(folder);
  });
  afterAll(() => rm(folder, { recursive: true }));

  it('are each broken by one plant', () => {
    expect(Object.keys(PLANTS).toSorted()).toEqual(RULES.map(({ name }) => name).toSorted());
  });

  it.each(Object.entries(PLANTS))('%s', (name, [file]) => {
    expect(found.filter((violation) => violation.rule.name === name).map(({ from }) => from)).toContain(file);
  });

  it('find nothing else wrong', () => {
    const planted = Object.entries(PLANTS).map(([name, [file]]) => `${file} ${name}`);
    const reported = found.map(({ from, rule }) => `${from} ${rule.name}`);
    expect([...new Set(reported)].toSorted()).toEqual(planted.toSorted());
  });

  it('each say in a sentence what is wrong', () => {
    for (const { comment } of RULES) expect(comment).toMatch(/^.{20,}\.$/);
  });

  it('hold in this tree', async () => {
    expect((await cruise(ROOT)).map(({ from, rule }) => `${from}: ${rule.name}`)).toEqual([]);
  });
});
