/**
 * Writes the next migration of both engines from `src/schema.ts`, or with `--check` fails when there is one to write.
 * Usage: npm run migrations:generate -- <name>
 */
import { readdir, readFile, writeFile } from 'node:fs/promises';
import { createRequire } from 'node:module';
import { join } from 'node:path';
import type * as DrizzleKit from 'drizzle-kit/api';
import { tables as mysqlTables } from '../src/schema.mysql.ts';
import { tables as sqliteTables } from '../src/schema.sqlite.ts';

const kit = createRequire(import.meta.url)('drizzle-kit/api') as typeof DrizzleKit;

const ENGINES = {
  mysql: { tables: mysqlTables, snapshot: kit.generateMySQLDrizzleJson, diff: kit.generateMySQLMigration },
  sqlite: { tables: sqliteTables, snapshot: kit.generateSQLiteDrizzleJson, diff: kit.generateSQLiteMigration },
} as const;

/** The statements each engine lacks, and the snapshot that holds once they ran. */
async function pending(engine: keyof typeof ENGINES) {
  const { tables, snapshot, diff } = ENGINES[engine];
  const file = join(import.meta.dirname, engine, 'snapshot.json');
  const before = await readFile(file, 'utf8').then(JSON.parse, () => snapshot({}, undefined, 'snake_case'));
  const after = await snapshot(tables, before.id, 'snake_case');
  return { file, after, statements: await (diff as (a: unknown, b: unknown) => Promise<string[]>)(before, after) };
}

async function write(name: string): Promise<void> {
  for (const engine of ['mysql', 'sqlite'] as const) {
    const { file, after, statements } = await pending(engine);
    const folder = join(import.meta.dirname, engine);
    const number = (await readdir(folder)).filter((entry) => entry.endsWith('.sql')).length + 1;
    const sql = ['-- phase: expand', statements.join('\n--> statement-breakpoint\n')].join('\n');
    await writeFile(join(folder, `${String(number).padStart(4, '0')}_${name}.sql`), `${sql}\n`);
    await writeFile(file, `${JSON.stringify(after, null, 1)}\n`);
  }
}

async function check(): Promise<void> {
  for (const engine of ['mysql', 'sqlite'] as const) {
    const { statements } = await pending(engine);
    if (statements.length === 0) continue;
    process.stderr.write(
      `migrations/${engine} lacks:\n${statements.join('\n')}\nRun: npm run migrations:generate -- <name>\n`,
    );
    process.exitCode = 1;
  }
}

const [argument] = process.argv.slice(2);
if (argument === '--check') await check();
else if (argument && /^[a-z0-9_]+$/.test(argument)) await write(argument);
else {
  process.stderr.write('Give the migration a name, such as: npm run migrations:generate -- first_vertical\n');
  process.exitCode = 2;
}
