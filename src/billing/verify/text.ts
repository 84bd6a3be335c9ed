import type { VerifyDocument } from './document.ts';

/** What was found, as a person reads it. */
export function describeVerification({ checks, breaches, seconds }: VerifyDocument): string {
  const found = checks.reduce((sum, one) => sum + one.breaches, 0);
  const lines = checks.map(({ check, holds, breaches: count }) => `${check.padEnd(5)}${mark(count)}  ${holds}`);
  const rows = breaches.map(({ check, table, id, says }) => `${check}  ${table} ${id}: ${says}`);
  const left = found - breaches.length;
  return [
    ...lines,
    ...(rows.length > 0 ? ['', ...rows] : []),
    ...(left > 0 ? [`… and ${left} more`] : []),
    '',
    found === 0 ? `the books are in order, ${seconds} s` : `${found} rows break what must hold, ${seconds} s`,
  ].join('\n');
}

const mark = (count: number): string => (count === 0 ? 'holds' : `${count} broken`).padEnd(10);
