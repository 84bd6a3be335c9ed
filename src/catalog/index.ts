export { addToBrands } from './brands.ts';
export { followCatalog, openCatalog, type Catalog } from './catalog.ts';
export { classify } from './classify.ts';
export { brandKeyOf, categoryRowsOf, searchTextOf } from './keys.ts';
export { pricesOf } from './prices.ts';
export { findItems } from './queries.ts';
export { describeImport, importFile } from './import/import-file.ts';
export { changeCatalog } from './version.ts';
