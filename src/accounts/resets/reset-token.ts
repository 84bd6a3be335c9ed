import { createHash, randomBytes } from 'node:crypto';

/** A link in a mailbox is found by others in time; half an hour is enough to fetch one's mail. */
export const RESET_LIFE_MS = 30 * 60_000;

export const newResetToken = (): string => `pvp_${randomBytes(32).toString('base64url')}`;

/** What is kept of it. */
export const resetHashOf = (token: string): string => createHash('sha256').update(token).digest('hex');
