import { sqliteKit } from './platform/database/columns.ts';
import { defineTables } from './schema.ts';

/** `schema.ts` built for SQLite; the migration generator reads it. */
export const tables = defineTables(sqliteKit);
