import type { SQL } from '../../src/platform/database/sql.ts';
import { MySqlDialect } from 'drizzle-orm/mysql-core';
import { SQLiteAsyncDialect } from 'drizzle-orm/sqlite-core';
import { describe, expect, it } from 'vitest';
import { searchedText } from '../../src/catalog/lists/access.ts';
import { byIndex, contains, narrowByText, type TextIndex } from '../../src/platform/database/index.ts';
import { tables as mysqlTables } from '../../src/schema.mysql.ts';
import { tables as sqliteTables } from '../../src/schema.sqlite.ts';

const onMysql = (query: SQL | undefined) => query && new MySqlDialect({ casing: 'snake_case' }).sqlToQuery(query);
const onSqlite = (query: SQL | undefined) =>
  query && new SQLiteAsyncDialect({ casing: 'snake_case' }).sqlToQuery(query);

const NGRAM: TextIndex = { kind: 'ngram', shortest: 2 };
const TRIGRAM: TextIndex = { kind: 'trigram', shortest: 3 };

describe('what the engines say differently', () => {
  it('names the index that a query takes', () => {
    expect(onMysql(byIndex('mysql', mysqlTables.items, 'items_price'))?.sql).toBe(
      '`items` force index (`items_price`)',
    );
    expect(onSqlite(byIndex('sqlite', sqliteTables.items, 'items_price'))?.sql).toBe(
      '"items" indexed by "items_price"',
    );
  });

  it('looks words up as required phrases by n-grams', () => {
    const narrowed = onMysql(narrowByText(NGRAM, searchedText(mysqlTables), ['루테인', '눈', '60', '+near*']));
    expect(narrowed?.sql).toBe('match(`items`.`search_text`) against (? in boolean mode)');
    expect(narrowed?.params).toEqual(['+"루테인" +"60"']);
  });

  it('looks words up by trigrams, in the tables that triggers keep', () => {
    const narrowed = onSqlite(narrowByText(TRIGRAM, searchedText(sqliteTables), ['루테인', '60', '캡슐들']));
    expect(narrowed?.sql).toContain('where "item_search_index" match ?');
    expect(narrowed?.params).toEqual(['"루테인" "캡슐들"']);
  });

  it('leaves words to be read letter by letter that are too short or hold signs', () => {
    expect(narrowByText(TRIGRAM, searchedText(sqliteTables), ['눈', '장수', '"a"b', '50%'])).toBeUndefined();
    expect(onMysql(contains(mysqlTables.items.searchText, '5%_!'))?.params).toEqual(['%5!%!_!!%']);
  });
});
