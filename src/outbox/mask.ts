import { redactText } from '../platform/redact.ts';

/** A link may carry a token in its path or query. */
const LINK = /\bhttps?:\/\/[^\s"'<>]+/g;

/** A text without secrets, addresses and links: for notices in a log and for errors that are kept. */
export const maskText = (text: string): string => redactText(text.replace(LINK, '[link]'));

/** A payload with every text in it masked. */
export function maskValues(value: unknown): unknown {
  if (typeof value === 'string') return maskText(value);
  if (Array.isArray(value)) return value.map(maskValues);
  if (typeof value !== 'object' || value === null) return value;
  return Object.fromEntries(Object.entries(value).map(([key, inner]) => [key, maskValues(inner)]));
}
