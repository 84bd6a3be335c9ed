/** The last column holds what is said freely; it is cut to what the terminal has left, but not to less than this. */
const LEAST_LAST = 24;
const GAP = '  ';

/**
 * Rows of texts under their keys as headings, in lines that fit the width. Where they cannot, one block per row with a
 * line for each heading. Whatever is no terminal gets everything, one line per row.
 */
export function table(rows: readonly Record<string, string>[], width = process.stdout.columns ?? Infinity): string {
  const headings = Object.keys(rows[0] ?? {});
  const widths = headings.map((heading) => Math.max(heading.length, ...rows.map((row) => (row[heading] ?? '').length)));
  const left = widths.slice(0, -1).reduce((sum, one) => sum + one + GAP.length, 0);
  if (left + LEAST_LAST > width) return rows.map((row) => block(row, width)).join('\n\n');
  const line = (cells: readonly string[]): string =>
    cut(
      cells
        .map((cell, column) => cell.padEnd(widths[column] ?? 0))
        .join(GAP)
        .trimEnd(),
      width,
    );
  const lines = rows.map((row) => headings.map((heading) => oneLine(row[heading] ?? '')));
  return [headings.map((heading) => heading.toUpperCase()), ...lines].map(line).join('\n');
}

function block(row: Record<string, string>, width: number): string {
  const longest = Math.max(...Object.keys(row).map((heading) => heading.length));
  return Object.entries(row)
    .map(([heading, cell]) => cut(`${heading.toUpperCase().padEnd(longest)}${GAP}${oneLine(cell)}`, width))
    .join('\n');
}

const oneLine = (text: string): string => text.replaceAll(/\s+/g, ' ');

const cut = (line: string, width: number): string => (line.length > width ? `${line.slice(0, width - 1)}…` : line);
