/** Where the cookie travels, and nowhere else: no other route looks at cookies, so no other site can act for a user. */
const SCOPE = 'Path=/api/auth; HttpOnly; Secure; SameSite=Strict';

interface Refreshable {
  refreshToken: string;
  refreshExpiresIn: number;
}

/** The `Set-Cookie` that hands a refresh token over; scripts of a page never see it. */
export const refreshCookie = ({ refreshToken, refreshExpiresIn }: Refreshable): string =>
  `pv_refresh=${refreshToken}; Max-Age=${refreshExpiresIn}; ${SCOPE}`;

export const CLEARED_REFRESH_COOKIE = `pv_refresh=; Max-Age=0; ${SCOPE}`;

/** The refresh token of a `Cookie` header. */
export const readRefreshCookie = (header: string | undefined): string | undefined =>
  /(?:^|;\s*)pv_refresh=([\w-]+)/.exec(header ?? '')?.[1];
