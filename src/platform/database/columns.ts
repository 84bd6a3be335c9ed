import { mysqlCore as mysql, sqliteCore as sqlite } from './drizzle.ts';

/**
 * Two column kits with the same keys: a schema written against `Kit` becomes tables of either engine. The kit speaks
 * the domain (won, day, instant), not SQL types. Column names follow their keys in snake case.
 */

const sqliteKit = {
  table: sqlite.sqliteTable,
  /** The row's own key: a UUIDv7 string made by the application. */
  id: () => sqlite.text({ length: 36 }).primaryKey(),
  /** The id of another row. */
  ref: () => sqlite.text({ length: 36 }),
  string: (length: number) => sqlite.text({ length }),
  /** Long text without an index. */
  text: () => sqlite.text(),
  choice: <const T extends [string, ...string[]]>(...values: T) => sqlite.text({ enum: values }),
  /** Whole won; 64 bits in the database, a safe integer here. */
  won: () => sqlite.integer(),
  count: () => sqlite.integer(),
  flag: () => sqlite.integer({ mode: 'boolean' }),
  /** A moment in UTC with milliseconds. */
  instant: () => sqlite.integer({ mode: 'timestamp_ms' }),
  /** A calendar day, YYYY-MM-DD, in the shop's time zone. */
  day: () => sqlite.text({ length: 10 }),
  json: <T>() => sqlite.text({ mode: 'json' }).$type<T>(),
  index: sqlite.index,
  uniqueIndex: sqlite.uniqueIndex,
  primaryKey: sqlite.primaryKey,
  check: sqlite.check,
};

export type Kit = typeof sqliteKit;

/** Binary collation, whatever the server's default: both databases then agree on what is equal and what comes first. */
const binaryString = mysql.customType<{ data: string; config: { length: number } }>({
  dataType: (config) => `varchar(${config?.length ?? 255}) CHARACTER SET utf8mb4 COLLATE utf8mb4_bin`,
});

const longText = mysql.customType<{ data: string }>({
  dataType: () => 'mediumtext CHARACTER SET utf8mb4 COLLATE utf8mb4_bin',
});

/**
 * Ids and other keys are ASCII: four times shorter in an index than utf8mb4. The server refuses to compare them with
 * other characters at all; callers send such ids, and with a mark that no id has in their place they are just not found.
 */
const key = mysql.customType<{ data: string }>({
  dataType: () => 'varchar(36) CHARACTER SET ascii COLLATE ascii_bin',
  toDriver: (id) => (typeof id === 'string' ? id.replaceAll(/[^\x20-\x7e]/g, '?') : id),
});

const choice = mysql.customType<{ data: string }>({
  dataType: () => 'varchar(24) CHARACTER SET ascii COLLATE ascii_bin',
});

/** `datetime(3)` in UTC; the driver hands dates over as strings, so no time zone of a machine takes part. */
const instant = mysql.customType<{ data: Date; driverData: string }>({
  dataType: () => 'datetime(3)',
  toDriver: (moment) => moment.toISOString().slice(0, 23).replace('T', ' '),
  fromDriver: (text) => new Date(`${text.replace(' ', 'T')}Z`),
});

const day = mysql.customType<{ data: string }>({ dataType: () => 'date' });

const json = mysql.customType<{ data: unknown; driverData: string }>({
  dataType: () => 'mediumtext CHARACTER SET utf8mb4 COLLATE utf8mb4_bin',
  toDriver: (value) => JSON.stringify(value),
  fromDriver: (text) => JSON.parse(text),
});

const mysqlColumns = {
  table: mysql.mysqlTable,
  id: () => key().primaryKey(),
  ref: () => key(),
  string: (length: number) => binaryString({ length }),
  text: () => longText(),
  choice: () => choice(),
  won: () => mysql.bigint({ mode: 'number' }),
  count: () => mysql.int(),
  flag: () => mysql.boolean(),
  instant: () => instant(),
  day: () => day(),
  json: () => json(),
  index: mysql.index,
  uniqueIndex: mysql.uniqueIndex,
  primaryKey: mysql.primaryKey,
  check: mysql.check,
} satisfies Record<keyof Kit, unknown>;

/** Drizzle has no type that spans two engines. The kits have the same keys and the same domain types, so the MySQL
 * one is given the SQLite one's type here, once; the contract suite proves on real servers that it behaves alike. */
const mysqlKit = mysqlColumns as unknown as Kit;

export { mysqlKit, sqliteKit };
