import type { Config } from '../config/index.ts';

/** The web pages that may call the API from a browser: the storefront, our own, and those listed. No wildcard. */
export function originAllowList({ http, shop }: Pick<Config, 'http' | 'shop'>): (origin: string) => boolean {
  const listed = [shop.storefrontUrl, shop.publicUrl, ...http.allowedOrigins].map((url) => new URL(url).origin);
  const allowed = new Set(listed);
  return (origin) => allowed.has(origin);
}
