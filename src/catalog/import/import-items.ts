import { writeAudit, type Performer } from '../../audit.ts';
import { isDuplicateKey } from '../../platform/database/index.ts';
import { inArray } from '../../platform/database/sql.ts';
import type { Item, Transaction } from '../../schema.ts';
import type { ShelfApp } from '../admin/create-item.ts';
import { findOrMakeBrands, imagineBrands } from '../admin/find-or-make-brands.ts';
import { writeItems } from '../admin/write-items.ts';
import { readClassifier } from '../categories.ts';
import type { Classify } from '../classify.ts';
import { raiseCatalogVersion } from '../version.ts';
import { rowReader, type ParsedRow } from './parse-row.ts';
import { planRows, type Plan, type Present } from './plan-rows.ts';
import type { RawRow, Rejection } from './rows.ts';

export interface ImportRequest {
  rows: AsyncIterable<RawRow> | Iterable<RawRow>;
  dryRun: boolean;
  defaultOriginPrice?: number | undefined;
  by: Performer;
  /** Told after each batch. */
  onRows?: (rows: number) => void;
}

export interface ImportReport {
  created: number;
  updated: number;
  unchanged: number;
  /** One entry per field; a file may have many, so it ends with the 10,000th. */
  rejected: Rejection[];
  rejectedRows: number;
}

/** Rows per transaction: its statements stay below what both engines take, its locks are held for a tenth of a second. */
const BATCH = 200;
const MOST_REJECTIONS = 10_000;
/** Two imports of one new item or brand at once: the second begins its batch again and finds what the first has made. */
const TRIES = 3;

interface Importing extends Omit<ImportRequest, 'rows'> {
  importId: string;
  classify: Classify;
}

/**
 * Creates and changes items by statement number, a batch per transaction. A row that cannot be used is told and passed
 * over; a second run of the same file changes nothing.
 */
export async function importItems(app: ShelfApp, { rows, ...request }: ImportRequest): Promise<ImportReport> {
  const classify = await readClassifier(app.database, app.database.tables);
  const importing: Importing = { ...request, importId: app.newId(), classify };
  const report: ImportReport = { created: 0, updated: 0, unchanged: 0, rejected: [], rejectedRows: 0 };
  const read = rowReader();
  let batch: ParsedRow[] = [];
  let count = 0;
  const flush = async (): Promise<void> => {
    if (batch.length > 0) addPlan(report, await importBatch(app, importing, batch));
    batch = [];
    request.onRows?.(count);
  };
  for await (const raw of rows) {
    count += 1;
    const parsed = read(raw);
    if ('rejected' in parsed) reject(report, parsed.rejected);
    else batch.push(parsed);
    if (batch.length === BATCH) await flush();
  }
  await flush();
  report.rejected.sort((one, other) => one.row - other.row);
  return report;
}

function addPlan(report: ImportReport, { writes, unchanged, rejected }: Plan): void {
  const created = writes.filter(({ before }) => !before).length;
  report.created += created;
  report.updated += writes.length - created;
  report.unchanged += unchanged;
  for (const [, problems] of Map.groupBy(rejected, ({ row }) => row)) reject(report, problems);
}

function reject(report: ImportReport, problems: readonly Rejection[]): void {
  report.rejectedRows += 1;
  report.rejected.push(...problems.slice(0, MOST_REJECTIONS - report.rejected.length));
}

async function importBatch(app: ShelfApp, importing: Importing, rows: readonly ParsedRow[]): Promise<Plan> {
  if (importing.dryRun) return plan(app, importing, rows, await imagine(app, rows));
  for (let tries = 1; ; tries++) {
    try {
      const { planned, version } = await app.database.transaction((tx) => write(tx, app, importing, rows));
      if (version !== undefined) await app.catalog.announce(version);
      return planned;
    } catch (error) {
      if (!isDuplicateKey(error) || tries === TRIES) throw error;
    }
  }
}

async function write(tx: Transaction, app: ShelfApp, importing: Importing, rows: readonly ParsedRow[]) {
  const { items: i } = app.database.tables;
  const found = byNumber(
    await tx.lock(
      tx
        .select()
        .from(i)
        .where(inArray(i.statementNumber, numbersOf(rows))),
    ),
  );
  const brands = await findOrMakeBrands(tx, app, brandNames(rows, found));
  const planned = plan(app, importing, rows, { items: found, brands });
  const { writes } = planned;
  if (writes.length === 0) return { planned, version: undefined };
  await writeItems(tx, app, writes);
  await audit(tx, app, importing, planned);
  return { planned, version: await raiseCatalogVersion(tx, app.database.tables) };
}

/** One entry per batch names its items; one per item would be longer than the items. */
async function audit(tx: Transaction, app: ShelfApp, { by, importId }: Importing, { writes }: Plan): Promise<void> {
  const idsOf = (isNew: boolean) => writes.filter(({ before }) => !before === isNew).map(({ after }) => after.id);
  const after = { created: idsOf(true), updated: idsOf(false) };
  await writeAudit(tx, app, { by, action: 'item.import', targetType: 'import', targetId: importId, after });
}

async function imagine(app: ShelfApp, rows: readonly ParsedRow[]): Promise<Present> {
  const { database } = app;
  const { items: i } = database.tables;
  const items = byNumber(
    await database
      .select()
      .from(i)
      .where(inArray(i.statementNumber, numbersOf(rows))),
  );
  return { items, brands: await imagineBrands(database, app, brandNames(rows, items)) };
}

const plan = (app: ShelfApp, importing: Importing, rows: readonly ParsedRow[], present: Present): Plan =>
  planRows(rows, {
    ...present,
    classify: importing.classify,
    now: app.clock.now(),
    newId: app.newId,
    defaultOriginPrice: importing.defaultOriginPrice,
  });

const numbersOf = (rows: readonly ParsedRow[]): string[] => rows.map(({ fields }) => fields.statementNumber);

const byNumber = (items: readonly Item[]): ReadonlyMap<string, Item> =>
  new Map(items.map((item) => [item.statementNumber ?? '', item]));

/** The brands that rows name, and those of their items where they name none. */
const brandNames = (rows: readonly ParsedRow[], items: Present['items']): string[] =>
  rows.flatMap(({ fields }) => fields.brand ?? items.get(fields.statementNumber)?.brandName ?? []);
