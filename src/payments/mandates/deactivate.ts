import { and, eq, inArray, or } from '../../platform/database/sql.ts';
import type { App } from '../../app.ts';
import { Postpone } from '../../outbox/index.ts';
import { failPoint } from '../../platform/fail-points.ts';
import type { Mandate, OutboxEvent } from '../../schema.ts';
import type { DeactivateOutcome, MandateRef, PaymentProvider } from '../provider.ts';

type DeactivatingApp = Pick<App, 'database' | 'clock' | 'payments'>;

/** How soon a mandate that may not be deactivated yet, or not now, is looked at again. */
const AGAIN_AFTER_MS = 60_000;

/**
 * Carries out `mandate.deactivate`: DEACTIVATING → INACTIVE at the provider and here. Repeating it is harmless, so that
 * after a crash, or an answer that was lost, it is simply called again. It waits while a charge on the mandate is in
 * doubt, for what the mandate's status says may be the only witness of it.
 */
export async function deactivateMandate(app: DeactivatingApp, event: OutboxEvent): Promise<void> {
  const mandate = await findDeactivating(app, String(event.payload['mandateId']));
  if (!mandate) return;
  if (app.payments.halted()) throw later(app, 'Nothing is sent until the books have been compared.');
  if (await isInDoubt(app, mandate)) throw later(app, 'A payment on the mandate is being decided.');
  const provider = app.payments.provider(mandate.provider);
  const reference = refOf(app, mandate);
  const outcome = await provider.deactivateMandate(reference);
  failPoint('deactivate:answered');
  if (outcome.kind === 'provider_down') throw later(app, `The provider is away: ${outcome.why}.`, outcome.retryAt);
  const at = await inactiveSince(app, { provider, reference, outcome });
  await close(app, mandate, at);
}

const later = ({ clock }: DeactivatingApp, why: string, until?: Date): Postpone =>
  new Postpone(until ?? new Date(clock.now().getTime() + AGAIN_AFTER_MS), why);

async function findDeactivating({ database }: DeactivatingApp, id: string): Promise<Mandate | undefined> {
  const { mandates: m } = database.tables;
  const [mandate] = await database.select().from(m).where(eq(m.id, id));
  if (!mandate) throw new Error(`Bug: there is no mandate ${id}.`);
  return mandate.status === 'DEACTIVATING' ? mandate : undefined;
}

/** Whether a charge on it, or the payment that brought it, may still turn out either way. */
async function isInDoubt({ database }: DeactivatingApp, { id, originAttemptId }: Mandate): Promise<boolean> {
  const { paymentAttempts: t } = database.tables;
  const concerned = or(eq(t.mandateId, id), eq(t.id, originAttemptId));
  const [attempt] = await database
    .select({ id: t.id })
    .from(t)
    .where(and(concerned, inArray(t.state, ['SENT', 'UNKNOWN'])))
    .limit(1);
  return attempt !== undefined;
}

const refOf = ({ payments }: DeactivatingApp, { tokenCipher, merchantCode, customerRef }: Mandate): MandateRef => ({
  token: payments.vault().open(tokenCipher),
  merchantCode,
  customerRef,
});

interface Answered {
  provider: PaymentProvider;
  reference: MandateRef;
  outcome: Exclude<DeactivateOutcome, { kind: 'provider_down' }>;
}

/** When it ended. Throws while that is not certain, so that the relay comes again, and in the end tells a person. */
async function inactiveSince({ clock }: DeactivatingApp, { provider, reference, outcome }: Answered): Promise<Date> {
  switch (outcome.kind) {
    case 'deactivated':
      return outcome.at ?? clock.now();
    case 'already':
      return clock.now();
    case 'rejected_by_config':
      throw new Error(`The provider rejects the deactivation (${outcome.what}, ${outcome.codes.code}).`);
    case 'unknown': {
      const found = provider.capabilities.mandateStatus ? await provider.mandateStatus(reference) : undefined;
      if (found?.kind === 'status' && found.status === 'inactive') return clock.now();
      throw new Error(`Nobody knows yet whether the mandate is inactive (${outcome.why}).`);
    }
  }
}

async function close({ database, clock }: DeactivatingApp, { id }: Mandate, deactivatedAt: Date): Promise<void> {
  const { mandates: m } = database.tables;
  await database.transaction((tx) =>
    tx
      .update(m)
      .set({ status: 'INACTIVE', deactivatedAt, updatedAt: clock.now() })
      .where(and(eq(m.id, id), eq(m.status, 'DEACTIVATING'))),
  );
}
