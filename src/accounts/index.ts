export { authenticate } from './authenticate.ts';
export { phoneWithDashes } from './fields.ts';
export * as personFields from './fields.ts';
