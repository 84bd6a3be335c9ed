export { findItems } from './queries.ts';
