export { addToBrands } from './brands.ts';
export { followCatalog, openCatalog, type Catalog } from './catalog.ts';
export { brandKeyOf, categoryRowsOf, codesOf, searchTextOf } from './keys.ts';
export { findItems, getItem } from './queries.ts';
export { addToRating } from './ratings.ts';
export { applySales, saleEvent, type Sale } from './sales.ts';
export { changeCatalog, raiseCatalogVersion } from './version.ts';
export { startCountingViews } from './views.ts';
