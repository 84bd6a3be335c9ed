import { createHash } from 'node:crypto';

/**
 * How a content policy names a script or style of a page (CSP Level 3, 'sha256-…'): by the exact text between its tags,
 * so text and tags are written together, for a formatter would add blanks.
 */
export const sourceHash = (text: string): string => `'sha256-${createHash('sha256').update(text).digest('base64')}'`;
