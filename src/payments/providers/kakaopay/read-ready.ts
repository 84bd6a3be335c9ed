import type { CheckoutOutcome } from '../../provider.ts';
import { doubt, nothingHappened, type Verdict } from '../verdict.ts';
import { ReadyAnswer } from './shapes.ts';

/** A ready payment can be approved for 15 minutes [R]. */
export const SESSION_MS = 15 * 60_000;

type Session = Extract<CheckoutOutcome, { kind: 'redirect' }>;

/**
 * The window is counted from when the answer came, by our own clock: that is never too early, and it does not depend on
 * how the provider's timestamps are to be read.
 */
export function readReady(body: unknown, now: Date): Session | Verdict {
  const { success, data } = ReadyAnswer.safeParse(body);
  if (!success) return doubt(now, { why: 'unparsable' });
  const { next_redirect_pc_url: pcUrl, next_redirect_mobile_url: mobileUrl, next_redirect_app_url: appUrl } = data;
  return {
    kind: 'redirect',
    sessionId: data.tid,
    action: {
      type: 'REDIRECT',
      pcUrl,
      ...(mobileUrl !== undefined && { mobileUrl }),
      ...(appUrl !== undefined && { appUrl }),
    },
    expiresAt: new Date(now.getTime() + SESSION_MS),
  };
}

/** Ready moves nothing: a session that nobody knows can never charge. */
export function concludeReady(verdict: Session | Verdict): CheckoutOutcome {
  switch (verdict.kind) {
    case 'unknown':
    case 'look_up':
    case 'not_completed':
      return nothingHappened(verdict);
    default:
      return verdict;
  }
}
