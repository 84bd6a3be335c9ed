import { core } from './drizzle.ts';

/** The words of queries; drizzle.ts says why they come from here. */
export const {
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
} = core;
export type { Column, InferInsertModel, InferSelectModel, SQL } from 'drizzle-orm';
