import type { App } from '../app.ts';
import { pageOf } from '../platform/http/bodies.ts';
import { toCard, toDetail } from './body.ts';
import { readFacets } from './facets.ts';
import { keyOf, readFilter, type ListQuery } from './lists/filter.ts';
import { listItems, type ListRequest } from './lists/list-items.ts';
import { getItem } from './queries.ts';
import { render, type Rendered } from './rendered.ts';
import type { ItemSort } from '../schema.ts';

type Shop = Pick<App, 'config' | 'database' | 'catalog'>;

const MINUTE_MS = 60_000;
/** Pages past this one are asked for too seldom to be worth a place in memory. */
const LAST_CACHED_PAGE = 5;
/** Cards in each half of the main page. */
const MAIN_SIZE = 9;

/** A page of a list, as it goes out. */
export function readList(shop: Shop, request: ListRequest): Promise<Rendered> {
  const { filter, sort, page, size } = request;
  const load = async (): Promise<Rendered> => {
    const { items, total } = await listItems(shop, request);
    return render({ data: items.map(toCard), page: pageOf(page, size, total) });
  };
  if (page > LAST_CACHED_PAGE) return load();
  return shop.catalog.cache.read(`list:${sort}:${page}:${size}:${keyOf(filter)}`, MINUTE_MS, load);
}

/** Best sellers and largest discounts. */
export const readMain = (shop: Shop): Promise<Rendered> =>
  shop.catalog.cache.read('main', MINUTE_MS, async () => {
    const top = async (sort: ItemSort, query: ListQuery) => {
      const { items } = await listItems(shop, { filter: readFilter(query), sort, page: 1, size: MAIN_SIZE });
      return items.map(toCard);
    };
    const bestSellers = await top('SALES', {});
    const topDiscounts = await top('DISCOUNT_RATE_H', { onSale: true });
    return render({ data: { bestSellers, topDiscounts } });
  });

/** A listed item with everything that is known of it. */
export const readItem = (shop: Shop, id: string): Promise<Rendered> =>
  shop.catalog.cache.read(`item:${id}`, MINUTE_MS, async () =>
    render({ data: toDetail(await getItem(shop, id), shop.config.subscriptions.periodDays) }),
  );

/** What lists can be narrowed by. */
export const readFacetsPage = ({ database, catalog }: Shop): Promise<Rendered> =>
  catalog.cache.read('facets', 10 * MINUTE_MS, async () => render({ data: await readFacets(database) }));
