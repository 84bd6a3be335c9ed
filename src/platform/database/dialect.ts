import type { Table } from 'drizzle-orm';
import { sql, type Column, type SQL } from './sql.ts';
import type { Engine } from './engine.ts';

/** The few things that the engines say differently, both forms side by side. */

/** A table to select from by one index and no other: planners guess differently, and some guesses sort a whole table. */
export function byIndex(engine: Engine['kind'], table: Table, index: string): SQL {
  const name = sql.identifier(index);
  return engine === 'mysql' ? sql`${table} force index (${name})` : sql`${table} indexed by ${name}`;
}

/** A flag that is true, said so that SQLite's planner takes no index for it; MySQL's goes by what it knows of the rows. */
export const isTrueInRow = (engine: Engine['kind'], flag: Column): SQL =>
  engine === 'mysql' ? sql`${flag} = 1` : sql`+${flag} = 1`;

/** What finds substrings without reading every row: SQLite's trigrams, or n-grams where MySQL has the parser. */
export interface TextIndex {
  kind: 'trigram' | 'ngram';
  /** Length of the shortest word that it can look up, in characters. */
  shortest: number;
}

/** A column of text that may have such an index. On SQLite it lies in two tables that triggers keep. */
export interface SearchedText {
  /** The key of the rows. */
  id: Column;
  text: Column;
  /** Name of MySQL's index. */
  ngram: string;
  /** Names of SQLite's tables: integer key and row id; the index over it. */
  trigram: { rows: string; index: string };
}

/** The text index that this database has; MariaDB has no n-gram parser, so none. */
export async function findTextIndex(
  { engine, raw }: { engine: Engine['kind']; raw: Engine['raw'] },
  { ngram }: SearchedText,
): Promise<TextIndex | undefined> {
  if (engine === 'sqlite') return { kind: 'trigram', shortest: 3 };
  const found = await raw(
    `select 1 as found from information_schema.statistics
      where table_schema = database() and index_name = ? and index_type = 'FULLTEXT' limit 1`,
    [ngram],
  );
  if (found.length === 0) return undefined;
  const [server] = await raw('select @@ngram_token_size as size');
  return { kind: 'ngram', shortest: Number(server?.['size']) };
}

/** Letters, digits and marks mean nothing to MySQL's boolean mode; anything else is left to `contains`. */
const PLAIN = /^[\p{L}\p{N}\p{M}]+$/u;

/**
 * Narrows rows by the text index, for the words that it can look up; undefined when it can look up none. It may let
 * rows through that `contains` does not, never the other way round.
 */
export function narrowByText(index: TextIndex, searched: SearchedText, words: readonly string[]): SQL | undefined {
  const usable = words.filter((word) => Array.from(word).length >= index.shortest && PLAIN.test(word));
  if (usable.length === 0) return undefined;
  if (index.kind === 'ngram') {
    const phrases = usable.map((word) => `+"${word}"`).join(' ');
    return sql`match(${searched.text}) against (${phrases} in boolean mode)`;
  }
  const [rows, matches] = [sql.identifier(searched.trigram.rows), sql.identifier(searched.trigram.index)];
  const phrases = usable.map((word) => `"${word}"`).join(' ');
  return sql`${searched.id} in (select item_id from ${rows} where id in (select rowid from ${matches} where ${matches} match ${phrases}))`;
}

/** True of texts that hold the word, letter by letter: nothing in it is an operator. */
export const contains = (text: Column, word: string): SQL =>
  sql`${text} like ${`%${word.replaceAll(/[!%_]/g, '!$&')}%`} escape '!'`;
