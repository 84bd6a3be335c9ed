import { and, asc, eq, lte } from '../../platform/database/sql.ts';
import type { Refund, Transaction } from '../../schema.ts';
import { isOverdue, nextCheckAfter } from '../ledger/check-schedule.ts';
import { judgeRefund } from './judge.ts';
import { attemptOf, selectRefunds } from './queries.ts';
import { announce, settleRefund, type RefundingApp } from './settle.ts';

/** Lookups at once; the provider's lookup bulkhead takes twice as many. */
const WIDTH = 8;

export interface RefundsResolved {
  /** SENT without an answer for too long: now in doubt. */
  silent: number;
  /** In doubt and looked up. */
  looked: number;
}

/**
 * Finds out what became of refunds whose answer was lost. SENT ones whose call must have ended become UNKNOWN; UNKNOWN
 * ones are looked up when they are due. None is sent again without evidence that it moved nothing.
 */
export async function resolveRefunds(app: RefundingApp): Promise<RefundsResolved> {
  const silent = await eachDue(app, 'SENT', (refund) => markSilent(app, refund));
  const looked = await eachDue(app, 'UNKNOWN', (refund) => resolveOne(app, refund));
  return { silent, looked };
}

/** Works on what is due at this moment, a few at a time. `work` puts each off, so the walk ends. */
async function eachDue(
  app: RefundingApp,
  status: 'SENT' | 'UNKNOWN',
  work: (refund: Refund) => Promise<boolean>,
): Promise<number> {
  const { refunds: r } = app.database.tables;
  const due = and(eq(r.status, status), lte(r.nextCheckAt, app.clock.now()));
  let done = 0;
  for (;;) {
    const page = await app.database.select().from(r).where(due).orderBy(asc(r.nextCheckAt), asc(r.id)).limit(WIDTH);
    const worked = await Promise.all(page.map(work));
    done += worked.filter(Boolean).length;
    if (page.length < WIDTH) return done;
  }
}

async function markSilent(app: RefundingApp, refund: Refund): Promise<boolean> {
  const lookAt = app.clock.now();
  const lost = { kind: 'unknown', why: 'connection_lost', answered: false, lookAt } as const;
  return (await settleRefund(app, refund, lost, { note: 'no answer was booked' })).changed;
}

/** `false` when another resolver has claimed it. A look that fails is made again when the next one is due. */
async function resolveOne(app: RefundingApp, refund: Refund): Promise<boolean> {
  if (!(await claim(app, refund))) return false;
  try {
    await look(app, refund);
  } catch (err) {
    app.log.error({ err, refundId: refund.publicId }, 'a refund in doubt could not be resolved');
  }
  return true;
}

async function look(app: RefundingApp, refund: Refund): Promise<void> {
  const attempt = await attemptOf(app.database, app, refund.attemptId);
  const found = await app.payments.provider(attempt.provider).lookup({
    attemptId: attempt.publicId,
    merchantCode: attempt.merchantCode,
    ...(attempt.providerPaymentId !== null && { providerPaymentId: attempt.providerPaymentId }),
  });
  const booked = await selectRefunds(app.database, app, { attemptId: attempt.id, statuses: ['SUCCEEDED'] });
  const now = app.clock.now();
  const verdict = judgeRefund({ refund, attempt, booked: booked.length, found, now });
  if (verdict.do === 'settle') await settleRefund(app, refund, verdict.finding, { note: "by the provider's record" });
  else if (verdict.do === 'operator') await needPerson(app, refund, verdict.note);
  else if (isOverdue(refund.sentAt ?? refund.createdAt, now)) await needPerson(app, refund, 'no lookup has decided it');
}

/** One looks, however many resolvers there are: moving the next look is the claim. */
async function claim(app: RefundingApp, refund: Refund): Promise<boolean> {
  const { refunds: r } = app.database.tables;
  const now = app.clock.now();
  if (refund.nextCheckAt === null) return false;
  const nextCheckAt = nextCheckAfter(refund.sentAt ?? refund.createdAt, now) ?? null;
  const seen = and(eq(r.id, refund.id), eq(r.status, 'UNKNOWN'), eq(r.nextCheckAt, refund.nextCheckAt));
  const columns = { nextCheckAt, checkCount: refund.checkCount + 1, updatedAt: now };
  const written = await app.database.transaction((tx) => tx.update(r).set(columns).where(seen));
  return written.rowsAffected === 1;
}

/** Stays in doubt and is a person's; said once, however often it is seen again. */
function needPerson(app: RefundingApp, { id }: Refund, failure: string): Promise<void> {
  return app.database.transaction(async (tx: Transaction) => {
    const { refunds: r } = app.database.tables;
    const [refund] = await tx.lock(tx.select().from(r).where(eq(r.id, id)));
    if (refund?.status !== 'UNKNOWN' || refund.needsOperator) return;
    await tx
      .update(r)
      .set({ needsOperator: true, failure: failure.slice(0, 300) })
      .where(eq(r.id, id));
    await announce(tx, app, refund, 'UNKNOWN');
  });
}
