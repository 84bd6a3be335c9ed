export { authenticate, type Caller } from './authenticate.ts';
export { phoneWithDashes } from './fields.ts';
export * as personFields from './fields.ts';
export { openPasswords, type Passwords } from './passwords.ts';
