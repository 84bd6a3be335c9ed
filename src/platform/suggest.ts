/** Past two slips of the finger it is more likely another word than a misspelt one. */
const MOST_EDITS = 2;
/** Long enough to mean something (`rec` for `reconcile`), short enough to be typed by someone in doubt. */
const SHARED_PREFIX = 3;

/** The known words that `word` may have meant, the likeliest first, at most three. */
export function suggestions(word: string, known: readonly string[]): string[] {
  return known
    .map((candidate) => ({ candidate, edits: editDistance(word, candidate) }))
    .filter(({ candidate, edits }) => isClose(word, candidate, edits))
    .toSorted((a, b) => a.edits - b.edits)
    .slice(0, 3)
    .map(({ candidate }) => candidate);
}

/** The one known word that `word` most likely meant. */
export function nearest(word: string, known: readonly string[]): string | undefined {
  return suggestions(word, known)[0];
}

/** With two edits, any word of two letters turns into any other: at least one letter has to stay. */
function isClose(word: string, candidate: string, edits: number): boolean {
  if (edits <= MOST_EDITS && edits < Math.max(word.length, candidate.length)) return true;
  return word.length >= SHARED_PREFIX && candidate.startsWith(word.slice(0, SHARED_PREFIX));
}

/** Insertions, deletions, replacements and swaps of neighbours that turn `a` into `b`. */
function editDistance(a: string, b: string): number {
  const rows = [Array.from({ length: b.length + 1 }, (_, column) => column)];
  const at = (row: number, column: number) => rows[row]?.[column] ?? Infinity;

  for (let row = 1; row <= a.length; row += 1) {
    rows.push([row]);
    for (let column = 1; column <= b.length; column += 1) {
      const same = a[row - 1] === b[column - 1];
      const swapped = row > 1 && column > 1 && a[row - 1] === b[column - 2] && a[row - 2] === b[column - 1];
      const fewest = Math.min(
        at(row - 1, column) + 1,
        at(row, column - 1) + 1,
        at(row - 1, column - 1) + (same ? 0 : 1),
        swapped ? at(row - 2, column - 2) + 1 : Infinity,
      );
      rows[row]?.push(fewest);
    }
  }
  return at(a.length, b.length);
}
