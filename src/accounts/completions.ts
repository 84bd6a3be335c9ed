import type { Completions } from '../outbox/index.ts';
import { mintResetLink } from './resets/mint.ts';

/** What is added to notices about accounts when they are sent. */
export const accountCompletions = { 'user.password_reset': mintResetLink } satisfies Completions;
