export { addToBrands } from './brands.ts';
export { brandKeyOf, categoryRowsOf, codesOf, searchTextOf } from './keys.ts';
export { findItems } from './queries.ts';
export { changeCatalog, raiseCatalogVersion } from './version.ts';
