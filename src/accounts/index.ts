export { authenticate, findCaller } from './authenticate.ts';
export { accountCompletions } from './completions.ts';
export { phoneWithDashes } from './fields.ts';
export * as personFields from './fields.ts';
export { createUser } from './operator/create-user.ts';
export { revokeUserSessions } from './operator/revoke-user-sessions.ts';
export { openPasswords, type Passwords } from './passwords.ts';
export { startTidying } from './tidy.ts';
export type { Farewell } from './withdraw.ts';
