const UNITS = { ms: 1, s: 1_000, m: 60_000, h: 3_600_000, d: 86_400_000 } as const;

const DURATION = /^(\d{1,9}(?:\.\d{1,3})?)(ms|s|m|h|d)?$/;

/** Milliseconds of `200`, `200ms`, `5s`, `1.5m`, `2h` or `1d`; undefined for anything else. */
export function readDuration(text: string): number | undefined {
  const [, length, unit = 'ms'] = DURATION.exec(text.trim()) ?? [];
  return length === undefined ? undefined : Math.round(Number(length) * UNITS[unit as keyof typeof UNITS]);
}

/** A share between 0 and 1 of `20%` or `0.2`; undefined for anything else. */
export function readShare(text: string): number | undefined {
  const [, digits, percent] = /^(\d{1,3}(?:\.\d{1,6})?)(%)?$/.exec(text.trim()) ?? [];
  if (digits === undefined) return undefined;
  const share = percent === undefined ? Number(digits) : Number(digits) / 100;
  return share <= 1 ? share : undefined;
}
