export { toCategories } from './body.ts';
export { findItems } from './queries.ts';
