import { createRequire } from 'node:module';
import type * as Core from 'drizzle-orm';
import type * as Casing from 'drizzle-orm/casing';
import type * as Errors from 'drizzle-orm/errors';
import type * as MysqlCore from 'drizzle-orm/mysql-core';
import type * as MysqlDriver from 'drizzle-orm/mysql2';
import type * as SqliteCore from 'drizzle-orm/sqlite-core';
import type * as SqliteDriver from 'drizzle-orm/sqlite-proxy';

/**
 * Drizzle as CommonJS, loaded in this one place. As ES modules Node looks up the package.json of each of its files, which
 * is so long (180 kB) that reading it again and again took half of the time in which a command starts.
 */
const load = createRequire(import.meta.url);

export const core = load('drizzle-orm') as typeof Core;
export const casing = load('drizzle-orm/casing') as typeof Casing;
export const errors = load('drizzle-orm/errors') as typeof Errors;
export const mysqlCore = load('drizzle-orm/mysql-core') as typeof MysqlCore;
export const mysqlDriver = load('drizzle-orm/mysql2') as typeof MysqlDriver;
export const sqliteCore = load('drizzle-orm/sqlite-core') as typeof SqliteCore;
export const sqliteDriver = load('drizzle-orm/sqlite-proxy') as typeof SqliteDriver;
