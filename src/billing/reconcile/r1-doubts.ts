import { and, asc, eq, gt, lte, or } from '../../platform/database/sql.ts';
import { investigate, lookUpNow, resolveRefunds } from '../../payments/index.ts';
import { withOffset } from '../../platform/calendar.ts';
import { Unavailable } from '../../platform/errors.ts';
import type { PaymentAttempt, Refund } from '../../schema.ts';
import { acceptUnmoved } from './by-hand.ts';
import { askEach, AWAY, eachRow, PAGE, type Reconciliation } from './run.ts';

/**
 * R1: asks about every payment and refund in doubt, whenever its next look is planned, and settles what the evidence
 * decides. What stays in doubt is a difference.
 */
export async function checkDoubts(run: Reconciliation): Promise<void> {
  await askEach(run, attemptsInDoubt(run), async (attempt) => {
    run.findings.examined('R1');
    await (run.dryRun ? foresee(run, attempt) : resolve(run, attempt));
  });
  if (!run.attempt) await checkRefunds(run);
}

function attemptsInDoubt({ app, attempt }: Reconciliation): AsyncGenerator<PaymentAttempt> {
  const { paymentAttempts: t } = app.database.tables;
  const silent = and(eq(t.state, 'SENT'), lte(t.nextCheckAt, app.clock.now()));
  const inDoubt = and(or(eq(t.state, 'UNKNOWN'), silent), attempt && eq(t.id, attempt.id));
  return eachRow((after) =>
    app.database
      .select()
      .from(t)
      .where(and(inDoubt, gt(t.id, after)))
      .orderBy(asc(t.id))
      .limit(PAGE),
  );
}

async function resolve(run: Reconciliation, before: PaymentAttempt): Promise<void> {
  const { app, findings, actor } = run;
  const after = await lookUpNow(app, { attemptId: before.publicId, actor }).catch(providerAway);
  if (after === undefined) return findings.incomplete(AWAY);
  const { state, proposal } = after.attempt;
  if (state !== 'UNKNOWN') return findings.settled(before.publicId, before.state, state);
  await decide(run, after.attempt, proposal);
}

function providerAway(error: unknown): undefined {
  if (error instanceof Unavailable && error.code === 'PROVIDER_UNAVAILABLE') return undefined;
  throw error;
}

/** What a look would prove; nothing is booked. */
async function foresee(run: Reconciliation, attempt: PaymentAttempt): Promise<void> {
  // A call whose answer cannot come any more would be in doubt before it is looked up.
  const { found, verdict } = await investigate(run.app, { ...attempt, state: 'UNKNOWN' });
  if (found.kind === 'provider_down') return run.findings.incomplete(AWAY);
  if (verdict.do !== 'settle' || verdict.outcome.kind === 'unknown') {
    return decide(run, attempt, verdict.do === 'propose' ? verdict.proposal : attempt.proposal);
  }
  const to = verdict.outcome.kind === 'approved' ? 'APPROVED' : 'NOT_CHARGED';
  run.findings.settled(attempt.publicId, attempt.state, to);
}

/** Evidence has not decided it; a person may have said that witnesses are enough. */
async function decide(
  run: Reconciliation,
  attempt: PaymentAttempt,
  proposal: PaymentAttempt['proposal'],
): Promise<void> {
  const { acceptNote, acts, findings } = run;
  if (proposal !== 'NOT_CHARGED' || acceptNote === undefined) return stillInDoubt(run, attempt, proposal);
  const act = await acceptUnmoved(run, attempt, acceptNote);
  acts.push(act);
  if (act.result === 'refused') return stillInDoubt(run, attempt, proposal);
  findings.settled(attempt.publicId, attempt.state, 'NOT_CHARGED');
}

/** People are called by the ledger's own plan: after an hour, or at once for what does not fit. */
function stillInDoubt(
  { app, findings }: Reconciliation,
  { publicId, amount, sentAt, createdAt }: PaymentAttempt,
  proposal: PaymentAttempt['proposal'],
): Promise<void> {
  const sent = withOffset(app.config.shop.timeZone, sentAt ?? createdAt);
  const hint = proposal ? `a witness suggests ${proposal}` : 'nothing proves what became of it';
  return findings.differ({
    check: 'R1',
    kind: 'in-doubt',
    table: 'payment_attempts',
    id: publicId,
    says: `${amount} won sent at ${sent}: ${hint}`,
    known: true,
  });
}

async function checkRefunds(run: Reconciliation): Promise<void> {
  const { app, findings, dryRun } = run;
  const { refunds: r } = app.database.tables;
  const silent = and(eq(r.status, 'SENT'), lte(r.nextCheckAt, app.clock.now()));
  const before = await app.database
    .select({ id: r.id, status: r.status })
    .from(r)
    .where(or(eq(r.status, 'UNKNOWN'), silent))
    .limit(PAGE);
  if (before.length === 0) return;
  if (!dryRun) await resolveRefunds(app);
  for (const { id, status } of before) {
    const [after] = await app.database.select().from(r).where(eq(r.id, id));
    findings.examined('R1');
    if (!after) continue;
    if (after.status === 'UNKNOWN' || after.status === 'SENT') await refundInDoubt(run, after);
    else findings.settled(after.publicId, status, after.status);
  }
}

const refundInDoubt = ({ findings }: Reconciliation, { publicId, amount, failure }: Refund): Promise<void> =>
  findings.differ({
    check: 'R1',
    kind: 'in-doubt',
    table: 'refunds',
    id: publicId,
    says: `${amount} won may have gone back: ${failure ?? 'nothing proves it yet'}`,
    known: true,
  });
