export { addToBrands } from './brands.ts';
export { followCatalog, openCatalog, type Catalog } from './catalog.ts';
export { classify } from './classify.ts';
export { brandKeyOf, categoryRowsOf, codesOf, searchTextOf } from './keys.ts';
export { pricesOf } from './prices.ts';
export { findItems } from './queries.ts';
export { changeCatalog, raiseCatalogVersion } from './version.ts';
