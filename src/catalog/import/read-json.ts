import { fieldOf } from './columns.ts';
import { decode, LONGEST_ROW, unreadable, type RawRow } from './rows.ts';

/** Rows of a JSON array of objects, one after the other, without holding the array. */
export async function* readJson(chunks: AsyncIterable<Uint8Array>): AsyncGenerator<RawRow> {
  let row = 0;
  for await (const element of elementsOf(decode(chunks))) {
    row += 1;
    yield { row, cells: named(parseElement(element, row)) };
  }
}

function parseElement(text: string, row: number): unknown {
  try {
    return JSON.parse(text);
  } catch (cause) {
    throw unreadable(`The file is no JSON any more at row ${row}.`, { cause });
  }
}

function named(element: unknown): RawRow['cells'] {
  if (typeof element !== 'object' || element === null || Array.isArray(element)) return undefined;
  return Object.fromEntries(Object.entries(element).map(([column, value]) => [fieldOf(column), value]));
}

/** The texts of an array's elements. Only brackets and quotes are understood here; `JSON.parse` judges the rest. */
async function* elementsOf(texts: AsyncIterable<string>): AsyncGenerator<string> {
  const scan = openScan();
  for await (const text of texts) {
    yield* scan.read(text);
    if (scan.held() > LONGEST_ROW) throw unreadable('A row of the file has no end.');
  }
  if (!scan.isOver()) throw unreadable('The file is no JSON array, or its end is missing.');
}

/** Tells where an element ends: at a comma of the array itself, or at its closing bracket. */
function endFinder(): (character: string) => boolean {
  let depth = 0;
  let inString = false;
  let isEscaped = false;
  return (character) => {
    if (inString) {
      inString = isEscaped || character !== '"';
      isEscaped = !isEscaped && character === '\\';
      return false;
    }
    if (character === '"') inString = true;
    else if (character === '{' || character === '[') depth += 1;
    else if (depth > 0 && (character === '}' || character === ']')) depth -= 1;
    else if (depth === 0) return character === ',' || character === ']';
    return false;
  };
}

function openScan() {
  const isEnd = endFinder();
  let state: 'before' | 'inside' | 'after' = 'before';
  let element = '';
  let hasElements = false;

  const begin = (character: string): void => {
    if (/\s/.test(character)) return;
    if (state === 'after' || character !== '[') throw unreadable('The file is no JSON array.');
    state = 'inside';
  };

  /** What was gathered, unless the array is empty; a comma too many has an empty element, which is no JSON. */
  const take = (end: string): string[] => {
    const isElement = end === ',' || hasElements || element.trim() !== '';
    const taken = isElement ? [element] : [];
    hasElements ||= isElement;
    element = '';
    if (end === ']') state = 'after';
    return taken;
  };

  return {
    *read(text: string): Generator<string> {
      let from = 0;
      for (let at = 0; at < text.length; at++) {
        const character = text.charAt(at);
        if (state !== 'inside') {
          begin(character);
          from = at + 1;
        } else if (isEnd(character)) {
          element += text.slice(from, at);
          yield* take(character);
          from = at + 1;
        }
      }
      element += text.slice(from);
    },
    held: () => element.length,
    isOver: () => state === 'after',
  };
}
