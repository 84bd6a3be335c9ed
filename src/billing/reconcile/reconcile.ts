import { eq } from '../../platform/database/sql.ts';
import type { App } from '../../app.ts';
import { operatorNamed, readyPayments } from '../../payments/index.ts';
import { NotFound } from '../../platform/errors.ts';
import type { PaymentAttempt } from '../../schema.ts';
import { openPace } from '../pace.ts';
import { liftBlock } from './after-restore.ts';
import { decideByHand } from './by-hand.ts';
import { RECONCILE_CHECKS, type ReconcileCheck, type ReconcileDocument } from './document.ts';
import { openFindings } from './findings.ts';
import { checkDoubts } from './r1-doubts.ts';
import { checkApprovals } from './r2-approvals.ts';
import { checkBooks } from './r4-books.ts';
import { checkRefundSums } from './r7-refunds.ts';
import { checkAgainstLedger, type Audited } from './r8-audit.ts';
import { noteOf, windowOf, type ReconcileRequest } from './request.ts';
import { checkRestoredMandates } from './restored-mandates.ts';
import type { Reconciliation } from './run.ts';

/** Questions a second; a shop at work asks too. */
const RATE = 20;

/**
 * Compares the ledger with the provider and the books with themselves. No final state is ever changed: a difference
 * becomes a person's. What is in doubt is settled where the evidence decides it. Throws `InvalidInput` for words that
 * make no sense and `NotFound` for a payment that is none, before anything is done.
 */
export async function reconcile(app: App, request: ReconcileRequest = {}): Promise<ReconcileDocument> {
  const run = await prepare(app, request);
  if (!run.dryRun) await readyPayments(app);
  run.acts.push(...(await decideByHand(run, request)));
  const audited = await compareAll(run, request);
  if (request.afterRestore) await endBlock(run, request, audited);
  return toDocument(run, audited);
}

async function prepare(app: App, request: ReconcileRequest): Promise<Reconciliation> {
  const actor = operatorNamed(request.by);
  const dryRun = request.dryRun ?? false;
  if (request.afterRestore) noteOf(request);
  return {
    app,
    window: windowOf(app, request),
    attempt: request.attemptId === undefined ? undefined : await getAttempt(app, request.attemptId),
    findings: openFindings(app, { actor, dryRun }),
    acts: [],
    acceptNote: request.acceptUnmoved ? noteOf(request) : undefined,
    pace: openPace(app.clock, request.rate ?? RATE),
    actor,
    dryRun,
    stop: request.stop ?? new AbortController().signal,
  };
}

async function getAttempt({ database }: App, publicId: string): Promise<PaymentAttempt> {
  const { paymentAttempts: t } = database.tables;
  const [attempt] = await database.select().from(t).where(eq(t.publicId, publicId));
  if (!attempt) throw new NotFound('ATTEMPT_NOT_FOUND', 'There is no such payment.');
  return attempt;
}

/** Whoever decided about single payments wants to see those compared, and no others. */
async function compareAll(run: Reconciliation, request: ReconcileRequest): Promise<Audited | null> {
  const decided = run.attempt ? [run.attempt] : await decidedAttempts(run);
  for (const attempt of decided.length > 0 ? decided : [undefined]) {
    await checkDoubts({ ...run, attempt });
    if (!request.unknownOnly) await compare({ ...run, attempt });
  }
  if (request.afterRestore) await checkRestoredMandates(run);
  return request.audit === undefined ? null : checkAgainstLedger(run, request.audit);
}

const decidedAttempts = ({ app, acts }: Reconciliation): Promise<PaymentAttempt[]> =>
  Promise.all([...new Set(acts.map(({ id }) => id))].map((id) => getAttempt(app, id)));

async function compare(run: Reconciliation): Promise<void> {
  await checkApprovals(run);
  await checkBooks(run);
  await checkRefundSums(run);
}

async function endBlock(run: Reconciliation, request: ReconcileRequest, audited: Audited | null): Promise<void> {
  // One lost charge may be told by both: by its mandate, and by the ledger that has all of them.
  const lost = Math.max(run.findings.differencesOf('RESTORE'), audited?.strangers ?? 0);
  run.acts.push(await liftBlock(run, { note: noteOf(request), confirm: request.confirm, lost }));
}

function toDocument(run: Reconciliation, audited: Audited | null): ReconcileDocument {
  const { app, window, findings, acts, dryRun } = run;
  const { examined, counts, settled, differences, notCompared, incomplete } = findings.found();
  const isClean = counts.size === 0 && notCompared.count === 0 && acts.every(({ result }) => result !== 'refused');
  const outcome = incomplete.length > 0 ? 'incomplete' : isClean ? 'clean' : 'differences';
  const names = (Object.keys(RECONCILE_CHECKS) as ReconcileCheck[]).filter((check) => examined.has(check));
  return {
    schema: 'pillivery.reconcile/1',
    from: window.from,
    to: window.to,
    timeZone: app.config.shop.timeZone,
    dryRun,
    outcome,
    exitCode: EXIT[outcome],
    checks: names.map((check) => ({
      check,
      looksAt: RECONCILE_CHECKS[check],
      examined: examined.get(check) ?? 0,
      differences: counts.get(check) ?? 0,
    })),
    acts,
    settled,
    differences,
    notCompared,
    incomplete,
    audit: audited && audited.sums,
  };
}

const EXIT = { clean: 0, differences: 3, incomplete: 75 } as const;
