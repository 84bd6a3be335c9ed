import { LOGIN_MS } from './login-state.ts';
import { TICKET_MS } from './ticket.ts';

/** Both travel to the routes of social logins and nowhere else, and no script of a page sees them. */
const SCOPE = 'Path=/api/auth/oauth; HttpOnly; Secure';

/** Ties a login to the browser that began it. Lax, because the browser comes back from another site. */
export const loginCookie = (browser: string): string =>
  `pv_oauth=${browser}; Max-Age=${LOGIN_MS / 1_000}; ${SCOPE}; SameSite=Lax`;

export const CLEARED_LOGIN_COOKIE = `pv_oauth=; Max-Age=0; ${SCOPE}; SameSite=Lax`;

/** Hands a sign-up ticket over to the page that completes it. */
export const ticketCookie = (ticket: string): string =>
  `pv_ticket=${ticket}; Max-Age=${TICKET_MS / 1_000}; ${SCOPE}; SameSite=Strict`;

export const CLEARED_TICKET_COOKIE = `pv_ticket=; Max-Age=0; ${SCOPE}; SameSite=Strict`;

export const readLoginCookie = (header: string | undefined): string | undefined =>
  /(?:^|;\s*)pv_oauth=([\w-]+)/.exec(header ?? '')?.[1];

export const readTicketCookie = (header: string | undefined): string | undefined =>
  /(?:^|;\s*)pv_ticket=([\w.-]+)/.exec(header ?? '')?.[1];
