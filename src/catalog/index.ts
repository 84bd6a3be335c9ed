export { addToBrands } from './brands.ts';
export { followCatalog, openCatalog, type Catalog } from './catalog.ts';
export { brandKeyOf, categoryRowsOf, searchTextOf } from './keys.ts';
export { findItems } from './queries.ts';
export { changeCatalog } from './version.ts';
