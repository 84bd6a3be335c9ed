/**
 * The words of queries, from the one place that imports them: Node reads a package's whole list of exports again for
 * each module that names the package, and this one's is so long that a hundred imports cost a second of every start.
 */
export {
  aliasedTable,
  and,
  asc,
  between,
  count,
  desc,
  eq,
  exists,
  getTableColumns,
  getTableName,
  gt,
  gte,
  inArray,
  isNotNull,
  isNull,
  like,
  lt,
  lte,
  max,
  min,
  ne,
  not,
  notExists,
  notInArray,
  or,
  sql,
  sum,
} from 'drizzle-orm';
export type { Column, InferInsertModel, InferSelectModel, SQL } from 'drizzle-orm';
