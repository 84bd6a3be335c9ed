import { randomBase32 } from '../platform/ids.ts';

/** The public number of an order: PV, the shop's day, eight random characters. */
export const orderNumber = (day: string): string => `PV${day.replaceAll('-', '')}-${randomBase32(8).toUpperCase()}`;

/** "오메가3 외 2건": the first line's name and how many more there are. */
export const orderTitle = (names: readonly string[]): string =>
  names.length > 1 ? `${names[0]} 외 ${names.length - 1}건` : (names[0] ?? '');
