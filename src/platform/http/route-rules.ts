import type { LimitName } from '../limits.ts';

interface RouteRules {
  /** A narrow limit, counted for the caller's account or address. */
  limit?: { name: LimitName; by: 'user' | 'address' };
  /** The largest body, where it is not the usual one. */
  maxBodyBytes?: number;
  /** The handler reads the body itself: its texts are neither trimmed nor searched for control characters before. */
  rawBody?: boolean;
}

/** What a route says beside its schemas, to be spread into it; src/api carries it out. */
export const rules = (said: RouteRules) => ({ 'x-rules': said });

/** What a route said. */
export const rulesOf = (route: object): RouteRules => (route as { 'x-rules'?: RouteRules })['x-rules'] ?? {};
