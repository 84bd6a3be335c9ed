import type { App } from '../app.ts';
import type { Item, Mandate, Subscription } from '../schema.ts';

/** What a subscription is charged this time; fixed when the cycle opens. */
export interface Price {
  unitOriginPrice: number;
  unitDiscountPermille: number;
  unitDiscountPrice: number;
  unitSalePrice: number;
  amount: number;
}

/** LOCKED takes the prices of the first order, CURRENT those of the item today. */
export function priceOf(
  policy: App['config']['billing']['pricePolicy'],
  subscription: Subscription,
  item?: Item,
): Price {
  const unit =
    policy === 'CURRENT' && item
      ? {
          unitOriginPrice: item.originPrice,
          unitDiscountPermille: item.discountPermille,
          unitDiscountPrice: item.discountPrice,
          unitSalePrice: item.salePrice,
        }
      : {
          unitOriginPrice: subscription.unitOriginPrice,
          unitDiscountPermille: subscription.unitDiscountPermille,
          unitDiscountPrice: subscription.unitDiscountPrice,
          unitSalePrice: subscription.unitSalePrice,
        };
  return { ...unit, amount: unit.unitSalePrice * subscription.quantity };
}

/** What becomes of a due subscription, and why; the dry run asks this too. */
export type Plan = 'CHARGE' | 'SKIP_SOLD_OUT' | 'HOLD_WITHOUT_METHOD';

/** Decided before anything is written. An item that is hidden goes on being delivered. */
export function plan(item?: Pick<Item, 'status'>, mandate?: Pick<Mandate, 'status'>): Plan {
  if (item?.status === 'SOLD_OUT') return 'SKIP_SOLD_OUT';
  return mandate?.status === 'ACTIVE' ? 'CHARGE' : 'HOLD_WITHOUT_METHOD';
}
