import { mysqlKit } from './platform/database/columns.ts';
import { defineTables } from './schema.ts';

/** `schema.ts` built for MySQL; the migration generator reads it. */
export const tables = defineTables(mysqlKit);
