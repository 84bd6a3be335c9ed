import type { Performer } from '../../audit.ts';
import { Unavailable } from '../../platform/errors.ts';
import type { PaymentAttempt } from '../../schema.ts';
import { getAttempt } from '../ledger/attempts.ts';
import { isSilent, silence } from '../ledger/mark-silent.ts';
import { audit } from './act.ts';
import type { LookupOutcome } from '../provider.ts';
import { bookFinding, type Change } from '../resolver/book.ts';
import { investigate } from '../resolver/lookup.ts';
import type { SettlingApp } from '../ledger/settle.ts';

export interface LookUpNow {
  attemptId: string;
  actor: Performer;
}

export interface LookedUp {
  attempt: PaymentAttempt;
  found: LookupOutcome;
  /** Whether the books changed by what was found. */
  applied: boolean;
}

const NOTE = 'looked up by hand';

/**
 * Asks the provider now and applies what is conclusive, as the resolver would have at its next look: a payment that was
 * made settles, one that certainly was not is released at any age. Throws `Unavailable` when the provider is away.
 */
export async function lookUpNow(app: SettlingApp, { attemptId, actor }: LookUpNow): Promise<LookedUp> {
  const attempt = await getPresent(app, attemptId);
  const finding = await investigate(app, attempt);
  const { found } = finding;
  if (found.kind === 'provider_down') {
    throw new Unavailable('PROVIDER_UNAVAILABLE', 'The payment provider cannot be asked now; try again soon.', {
      facts: { why: found.why },
    });
  }
  const told = { actor: actor.type, note: NOTE, data: { by: actor.id } };
  return app.database.transaction(async (tx) => {
    const change = await bookFinding({ tx, app, attempt, told }, finding);
    const applied = isChanged(change);
    if (applied) await audit(tx, app, { action: 'payment.lookup', actor, reason: NOTE, ...change });
    return { attempt: change.after, found, applied };
  });
}

/** A call whose answer cannot come any more is in doubt from now on, whether or not the resolver has been here. */
async function getPresent(app: SettlingApp, attemptId: string): Promise<PaymentAttempt> {
  const attempt = await getAttempt(app, attemptId);
  if (!isSilent(attempt, app)) return attempt;
  await silence(app, attempt);
  return getAttempt(app, attemptId);
}

const isChanged = ({ before, after }: Change): boolean =>
  (['state', 'proposal', 'operatorReason', 'providerPaymentId'] as const).some((key) => before[key] !== after[key]);
