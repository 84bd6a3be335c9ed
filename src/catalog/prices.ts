/** The four prices that items and lines carry. */
export interface Prices {
  originPrice: number;
  discountPermille: number;
  discountPrice: number;
  salePrice: number;
}

/** Prices from a list price and a rate: rounded half up in whole won; a discount that comes to nothing is none. */
export function pricesOf(originPrice: number, permille: number): Prices {
  const discountPrice = Math.floor((originPrice * permille + 500) / 1000);
  const discountPermille = discountPrice === 0 ? 0 : permille;
  return { originPrice, discountPermille, discountPrice, salePrice: originPrice - discountPrice };
}

/** Prices from a list price and an amount off, which is kept to the won; the rate is what it comes to, at least 1. */
export function pricesWithAmount(originPrice: number, discountPrice: number): Prices {
  const rate = Math.max(1, Math.round((discountPrice * 1000) / originPrice));
  const discountPermille = discountPrice === 0 ? 0 : rate;
  return { originPrice, discountPermille, discountPrice, salePrice: originPrice - discountPrice };
}
