import { and, eq, type SQL } from '../../platform/database/sql.ts';
import {
  byIndex,
  isTrueInRow,
  narrowByText,
  type SearchedText,
  type TextIndex,
} from '../../platform/database/index.ts';
import type { Database } from '../../schema.ts';
import type { Filter } from './filter.ts';
import { onIndex, onRow, scopeOf, scopeOfBrands, type Scope } from './scope.ts';
import { SORTS, type IndexName } from './sorts.ts';
import type { ItemSort } from '../../schema.ts';

/** One way to read the ids of a filter. */
export interface Access {
  scope: Scope;
  from: SQL | Scope['table'];
  where: SQL | undefined;
  /** It passes every listed item's entry in the index of texts, however few match. */
  scansTexts: boolean;
}

export interface Reading {
  database: Pick<Database, 'tables' | 'engine'>;
  textIndex: TextIndex | undefined;
}

/** What keywords are looked for in. */
export const searchedText = ({ items: i }: Database['tables']): SearchedText => ({
  id: i.id,
  text: i.searchText,
  ngram: 'items_search',
  trigram: { rows: 'item_search', index: 'item_search_index' },
});

/** Along the index of the sort, in order, passing entries by that the filter refuses. */
export const walk = (reading: Reading, filter: Filter, sort: ItemSort): Access =>
  alongIndex(reading, filter, { scope: scopeOf(reading.database.tables, filter), index: SORTS[sort].index });

/**
 * What the filter lets through, in no order: a range of one index. Undefined when the filter names nothing but equal
 * columns, of which every walk is the range.
 */
export function findRange(reading: Reading, filter: Filter): Access | undefined {
  const { tables } = reading.database;
  const { words, brandIds, priceMin, priceMax, onSale } = filter;
  if (words.length > 0) return byText(reading, filter);
  const index = priceMin !== undefined || priceMax !== undefined ? 'price' : 'discount_rate';
  if (brandIds && brandIds.length > 1)
    return alongIndex(reading, filter, { scope: scopeOfBrands(tables, brandIds), index });
  if (index === 'discount_rate' && !onSale) return undefined;
  return alongIndex(reading, filter, { scope: scopeOf(tables, filter), index });
}

function alongIndex(
  { database }: Reading,
  filter: Filter,
  { scope, index }: { scope: Scope; index: IndexName },
): Access {
  return {
    scope,
    from: byIndex(database.engine, scope.table, `${scope.family}_${index}`),
    where: and(scope.equal, onIndex(scope, filter, index), onRow(database.tables, scope, filter)),
    scansTexts: false,
  };
}

/** By the text index where it can look the words up, else by all texts in a row, out of an index that has them. */
function byText({ database, textIndex }: Reading, filter: Filter): Access {
  const { items: i } = database.tables;
  const narrowed = textIndex && narrowByText(textIndex, searchedText(database.tables), filter.words);
  const equal = narrowed ? isTrueInRow(database.engine, i.listed) : eq(i.listed, true);
  const scope: Scope = { table: i, id: i.id, family: 'items', equal };
  return {
    scope,
    from: narrowed ? i : byIndex(database.engine, i, 'items_text'),
    where: and(scope.equal, narrowed, onIndex(scope, filter, 'sales'), onRow(database.tables, scope, filter)),
    scansTexts: !narrowed,
  };
}
