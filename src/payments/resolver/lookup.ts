import { and, eq, gte, inArray, ne } from '../../platform/database/sql.ts';
import type { App } from '../../app.ts';
import type { Mandate, PaymentAttempt } from '../../schema.ts';
import { orderRefOf } from '../ledger/attempts.ts';
import type { Lookup, LookupOutcome } from '../provider.ts';
import { judge, type Verdict } from './rules.ts';

type LookingApp = Pick<App, 'database' | 'clock' | 'payments' | 'log'>;

/** What the provider says of an attempt, what that comes to, and what the history keeps of it. */
export interface Finding {
  found: LookupOutcome;
  verdict: Verdict;
  evidence: Record<string, unknown>;
}

type Lost = NonNullable<Lookup['lost']>;

/** Asks the provider about an attempt, outside any transaction, and judges the answer. Moves nothing. */
export async function investigate(app: LookingApp, attempt: PaymentAttempt): Promise<Finding> {
  const provider = app.payments.provider(attempt.provider);
  const lost = await readLost(app, attempt);
  const found = await provider.lookup(lookupOf(attempt, lost));
  const verdict = judge({
    attempt,
    found,
    capabilities: provider.capabilities,
    now: app.clock.now(),
    chargedSince: found.kind === 'witnessed' && (await wasChargedSince(app, attempt)),
    refundedByUs: found.kind === 'found' && found.refunded > 0 ? await sumRefunds(app, attempt) : 0,
  });
  return { found, verdict, evidence: { lookup: found, ...(lost && { witness: timesOf(lost) }) } };
}

function lookupOf(attempt: PaymentAttempt, lost: Lost | undefined): Lookup {
  const { publicId, merchantCode, providerPaymentId, providerSessionId } = attempt;
  return {
    attemptId: publicId,
    merchantCode,
    orderRef: orderRefOf(attempt),
    ...(providerPaymentId !== null && { providerPaymentId }),
    ...(providerSessionId !== null && { sessionId: providerSessionId }),
    ...(lost && { lost }),
  };
}

/** What a witness needs, for a renewal in doubt whose payment id was lost with its answer. */
async function readLost(app: LookingApp, attempt: PaymentAttempt): Promise<Lost | undefined> {
  const { mandates: m } = app.database.tables;
  const { purpose, state, providerPaymentId, mandateId, sentAt, witnessBaseline } = attempt;
  const isLost = purpose === 'RENEWAL' && state === 'UNKNOWN' && providerPaymentId === null;
  if (!isLost || mandateId === null || sentAt === null) return undefined;
  const [mandate] = await app.database.select().from(m).where(eq(m.id, mandateId));
  const token = mandate && openToken(app, mandate);
  if (!mandate || token === undefined) return undefined;
  const { merchantCode, customerRef, lastApprovedAt, createdAt } = mandate;
  return {
    mandate: { token, merchantCode, customerRef },
    sentAt,
    // A mandate that never paid was issued at least, and to the provider that may be an approval too.
    baseline: witnessBaseline ?? lastApprovedAt ?? createdAt,
    baselineFrom: witnessBaseline ? 'status' : 'ledger',
  };
}

function openToken({ payments, log }: LookingApp, { id, tokenCipher }: Mandate): string | undefined {
  try {
    return payments.vault().open(tokenCipher);
  } catch (err) {
    log.warn({ err, mandateId: id }, 'a mandate cannot be asked for its status: no configured key opens its token');
    return undefined;
  }
}

const timesOf = ({ sentAt, baseline, baselineFrom }: Lost) => ({ sentAt, baseline, baselineFrom });

/** The fence admits one charge per mandate while one is in doubt; this proves it, should it ever have been lifted. */
async function wasChargedSince({ database }: LookingApp, attempt: PaymentAttempt): Promise<boolean> {
  const { paymentAttempts: t } = database.tables;
  const { id, mandateId, sentAt, createdAt } = attempt;
  const others = and(eq(t.mandateId, mandateId ?? ''), ne(t.id, id), gte(t.sentAt, sentAt ?? createdAt));
  const [other] = await database.select({ id: t.id }).from(t).where(others).limit(1);
  return other !== undefined;
}

/** What refunds of ours explain of a payment that was given back; one whose answer is not known may have run. */
async function sumRefunds({ database }: LookingApp, { id }: PaymentAttempt): Promise<number> {
  const { refunds: r } = database.tables;
  const sent = and(eq(r.attemptId, id), inArray(r.status, ['SENT', 'UNKNOWN', 'SUCCEEDED']));
  const rows = await database.select({ amount: r.amount }).from(r).where(sent);
  return rows.reduce((sum, { amount }) => sum + amount, 0);
}
