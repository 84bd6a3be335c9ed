import { createHash } from 'node:crypto';

/** An answer as it goes out: made once, sent to many. */
export interface Rendered {
  json: string;
  /** Weak, for it names the content and not the bytes, which a proxy may compress. */
  etag: string;
}

/** Enough of a SHA-256 that two answers of one address never share a tag. */
const ETAG_LENGTH = 22;

export function render(body: unknown): Rendered {
  const json = JSON.stringify(body);
  const hash = createHash('sha256').update(json).digest('base64url').slice(0, ETAG_LENGTH);
  return { json, etag: `W/"${hash}"` };
}

const bare = (tag: string): string => tag.trim().replace(/^W\//, '');

/** Whether the caller has this answer already: `If-None-Match` compares weakly (RFC 9110, 13.1.2). */
export const isKnown = ({ etag }: Rendered, ifNoneMatch: string | undefined): boolean =>
  ifNoneMatch !== undefined &&
  (ifNoneMatch.trim() === '*' || ifNoneMatch.split(',').some((tag) => bare(tag) === bare(etag)));
