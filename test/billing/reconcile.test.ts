import { writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { asc, eq } from '../../src/platform/database/sql.ts';
import { describe, expect, it } from 'vitest';
import { reconcile, ReconcileDocument, runBilling } from '../../src/billing/index.ts';
import { compare } from '../../src/billing/reconcile/compare.ts';
import type { ReconcileRequest } from '../../src/billing/reconcile/request.ts';
import { acknowledge, type LookupOutcome } from '../../src/payments/index.ts';
import { addDays } from '../../src/platform/calendar.ts';
import type { LedgerLine } from '../../src/sandbox/index.ts';
import type { PaymentAttempt } from '../../src/schema.ts';
import { bundle, type Bundle } from '../support/bundle.ts';
import { ENGINES, tempDir } from '../support/databases.ts';
import { given } from '../support/given.ts';
import { wait } from '../support/outbox.ts';
import { livedInShop, RENEWAL, type LivedIn } from './lived-in.ts';
import { attemptsOf, billOn, subscriptionOf, TODAY } from './support.ts';

const NOTE = 'seen in the merchant console';
const BY = 'tester';

/** Differences and doubts, by check and row; and whether the document is what it says it is. */
async function reconciled(shop: Pick<Bundle, 'app'>, request: ReconcileRequest = {}) {
  const document = ReconcileDocument.parse(await reconcile(shop.app, { rate: 10_000, by: BY, ...request }));
  const named = document.differences.map(({ check, kind, id }) => `${check} ${kind} ${id}`);
  return { ...document, named };
}

const rowOf = async ({ app: { database } }: Pick<Bundle, 'app'>, { id }: Pick<PaymentAttempt, 'id'>) => {
  const { paymentAttempts: t } = database.tables;
  const [row] = await database.select().from(t).where(eq(t.id, id));
  if (!row) throw new Error('Bug: no such attempt.');
  return row;
};

/** Gives money back at the provider, past our books. */
async function refundOutside({ app }: Bundle, attempt: PaymentAttempt): Promise<void> {
  const outcome = await app.payments.provider('KAKAOPAY').refund({
    refundId: 'by-hand',
    attemptId: attempt.publicId,
    providerPaymentId: attempt.providerPaymentId ?? '',
    merchantCode: attempt.merchantCode,
    amounts: { total: 1_000, taxFree: 0 },
    balanceBefore: attempt.amount,
    reason: 'in the merchant console',
  });
  expect(outcome.kind).toBe('refunded');
}

async function ledgerFile(lines: readonly LedgerLine[]): Promise<string> {
  const file = join(await tempDir(), 'ledger.jsonl');
  await writeFile(file, lines.map((line) => `${JSON.stringify(line)}\n`).join(''));
  return file;
}

/** Everything that a person could see change. */
async function picture({ app: { database } }: Bundle): Promise<string> {
  const { paymentAttempts, paymentAttemptEvents, outboxEvents, auditLog, refunds } = database.tables;
  const rows = [];
  for (const table of [paymentAttempts, paymentAttemptEvents, outboxEvents, auditLog, refunds]) {
    rows.push(await database.select().from(table).orderBy(asc(table.id)));
  }
  return JSON.stringify(rows);
}

/** A renewal whose answer was lost, charged or not, on a mandate that was charged before. */
async function lostRenewal(shop: Bundle, kind: 'commit_drop' | 'drop'): Promise<PaymentAttempt> {
  const { id } = await given(shop.app).subscription();
  await billOn(shop, TODAY);
  const fault = shop.sandbox.addFault({ match: { op: 'subscription' }, effect: { kind } });
  await billOn(shop, RENEWAL);
  shop.sandbox.removeFault(fault.id);
  const attempt = (await attemptsOf(shop, id)).at(-1);
  if (attempt?.state !== 'UNKNOWN') throw new Error('Bug: nothing is in doubt.');
  return attempt;
}

describe.each(ENGINES)('bill reconcile on %s', { timeout: 60_000 }, (engine) => {
  it('finds nothing in books that agree, and has looked', async () => {
    const shop = await livedInShop({ engine });
    const audit = `${shop.sandbox.url}/sandbox/ledger.jsonl`;
    const document = await reconciled(shop, { audit });
    expect(document).toMatchObject({ outcome: 'clean', exitCode: 0, differences: [], settled: [], incomplete: [] });
    expect(document).toMatchObject({ from: '2026-12-18', to: '2026-12-21', audit: { approved: 7, charges: 7 } });
    expect(document.checks).toEqual([
      expect.objectContaining({ check: 'R2', examined: 2 }), // the renewals; what was bought lies before the window
      expect.objectContaining({ check: 'R4' }),
      expect.objectContaining({ check: 'R8', examined: 8 }),
    ]);
    expect(await reconciled(shop, { from: '2026-11-20' })).toMatchObject({
      outcome: 'clean',
      checks: [{ check: 'R2', examined: 7 }, { check: 'R4' }, { check: 'R7', examined: 1 }],
    });
  });

  it('R1 settles what the evidence decides, and names it', async () => {
    const shop = await bundle({ engine });
    const attempt = await lostRenewal(shop, 'commit_drop');
    const document = await reconciled(shop, { unknownOnly: true });
    expect(document).toMatchObject({
      exitCode: 0,
      settled: [{ id: attempt.publicId, from: 'UNKNOWN', to: 'APPROVED' }],
      differences: [],
    });
  });

  it('R1 names what stays in doubt, and a person may take the word of the witness', async () => {
    const shop = await bundle({ engine });
    const attempt = await lostRenewal(shop, 'drop');
    wait(shop, 60);
    expect(await reconciled(shop, { unknownOnly: true })).toMatchObject({
      exitCode: 3,
      named: [`R1 in-doubt ${attempt.publicId}`],
    });
    wait(shop, 31 * 60);
    await expect(reconciled(shop, { acceptUnmoved: true })).rejects.toMatchObject({ code: 'NOTE_MISSING' });
    const planned = await reconciled(shop, { acceptUnmoved: true, note: NOTE, unknownOnly: true, dryRun: true });
    expect(planned.acts).toMatchObject([{ act: 'accept-unmoved', id: attempt.publicId, result: 'would-be-done' }]);
    expect(await rowOf(shop, attempt)).toMatchObject({ state: 'UNKNOWN' });
    const document = await reconciled(shop, { acceptUnmoved: true, note: NOTE, unknownOnly: true });
    expect(document).toMatchObject({ exitCode: 0, settled: [{ id: attempt.publicId, to: 'NOT_CHARGED' }] });
    expect(await rowOf(shop, attempt)).toMatchObject({ state: 'NOT_CHARGED', closeReason: 'RESOLVED_NOT_CHARGED' });
  });

  it('R2 names a refund that our books do not know, calls a person once, and moves nothing', async () => {
    const shop = await livedInShop({ engine });
    const { renewal } = shop;
    await refundOutside(shop, renewal);
    const first = await reconciled(shop);
    expect(first).toMatchObject({ exitCode: 3, named: [`R2 refunded ${renewal.publicId}`] });
    expect(first.differences).toMatchObject([
      { raised: true, says: 'the provider gave back 1000 won, we booked 0 won' },
    ]);
    const called = { state: 'APPROVED', needsOperator: true, operatorReason: 'AMOUNT_MISMATCH' };
    expect(await rowOf(shop, renewal)).toMatchObject(called);
    expect(await reconciled(shop)).toMatchObject({ exitCode: 3, differences: [{ raised: false }] });

    const actor = { type: 'ADMIN', id: BY } as const;
    await acknowledge(shop.app, { attemptId: renewal.publicId, note: NOTE, actor });
    expect(await reconciled(shop)).toMatchObject({ exitCode: 3, differences: [{ raised: false }] });
    expect(await rowOf(shop, renewal)).toMatchObject({ needsOperator: false });
  });

  it('R2 looks at one payment when one is named, whenever it was', async () => {
    const shop = await livedInShop({ engine });
    await refundOutside(shop, shop.oneOff.attempt);
    expect(await reconciled(shop)).toMatchObject({ outcome: 'clean' });
    expect(await reconciled(shop, { attemptId: shop.oneOff.attempt.publicId })).toMatchObject({
      named: [`R2 refunded ${shop.oneOff.attempt.publicId}`],
      checks: [{ check: 'R2', examined: 1 }, { check: 'R4' }],
    });
  });

  it.each([
    [
      'V5',
      'a date that does not follow',
      ({ renewed }: LivedIn) => renewed.id,
      async ({ app: { database }, renewed }: LivedIn) => {
        const { subscriptions: s } = database.tables;
        const nextBillingOn = addDays(RENEWAL, 29);
        await database.update(s).set({ nextBillingOn }).where(eq(s.id, renewed.id));
      },
    ],
    [
      'V3',
      'a paid cycle that lost its order',
      ({ renewed }: LivedIn) => `${renewed.id}:2`,
      async ({ app: { database }, renewal }: LivedIn) => {
        const { orders: o } = database.tables;
        await database.delete(o).where(eq(o.paidAttemptId, renewal.id));
      },
    ],
    [
      'V6',
      'a fence on what is over',
      ({ renewal }: LivedIn) => renewal.publicId,
      async ({ app: { database }, renewal }: LivedIn) => {
        const { paymentAttempts: t } = database.tables;
        await database.update(t).set({ customerFence: 'KAKAOPAY:x' }).where(eq(t.id, renewal.id));
      },
    ],
    [
      'V10',
      'a history that leads elsewhere',
      ({ renewal }: LivedIn) => renewal.publicId,
      async ({ app: { database }, renewal }: LivedIn) => {
        const { paymentAttemptEvents: e } = database.tables;
        await database.delete(e).where(eq(e.attemptId, renewal.id));
      },
    ],
  ])('R4 names by %s %s, and nothing else', async (kind, _name, row, spoil) => {
    const shop = await livedInShop({ engine });
    await spoil(shop);
    expect(await reconciled(shop)).toMatchObject({ exitCode: 3, named: [`R4 ${kind} ${row(shop)}`] });
    expect(await reconciled(shop)).toMatchObject({ exitCode: 3, named: [`R4 ${kind} ${row(shop)}`] });
    expect((await rowOf(shop, shop.renewal)).state).toBe('APPROVED');
  });

  it('R4 tells people of a row that is no payment', async () => {
    const shop = await livedInShop({ engine });
    const { subscriptions: s, outboxEvents: e } = shop.app.database.tables;
    await shop.app.database.update(s).set({ nextBillingOn: '2027-01-01' }).where(eq(s.id, shop.renewed.id));
    expect(await reconciled(shop)).toMatchObject({ differences: [{ raised: true }] });
    expect(await reconciled(shop)).toMatchObject({ differences: [{ raised: false }] });
    const told = await shop.app.database.select().from(e).where(eq(e.type, 'payment.needs_operator'));
    expect(told).toMatchObject([{ orderingKey: shop.renewed.id, payload: { reason: 'BOOKS_DIFFER', check: 'R4' } }]);
  });

  it('R7 names a refund that the provider never made, of a payment older than the window', async () => {
    const shop = await livedInShop({ engine });
    const { refunds: r, orders: o } = shop.app.database.tables;
    const { refunded, app } = shop;
    const [refund] = await app.database.select().from(r).where(eq(r.id, refunded.refund.id));
    if (!refund) throw new Error('Bug: no refund.');
    const forged = {
      id: app.newId(),
      publicId: 'rf_forged',
      requestKey: null,
      amount: 1_000,
      updatedAt: app.clock.now(),
    };
    await app.database.insert(r).values({ ...refund, ...forged });
    await app.database.update(o).set({ refundedAmount: 11_000 }).where(eq(o.id, refunded.order.id));
    const document = await reconciled(shop);
    expect(document).toMatchObject({ exitCode: 3, named: [`R7 refunded ${refunded.attempt.publicId}`] });
  });

  it('R7 names refunds that come to more than was paid', async () => {
    const shop = await livedInShop({ engine });
    const { refunds: r } = shop.app.database.tables;
    const { refund, attempt } = shop.refunded;
    const more = { amount: 30_000, updatedAt: shop.app.clock.now() };
    await shop.app.database.update(r).set(more).where(eq(r.id, refund.id));
    expect(await reconciled(shop)).toMatchObject({ exitCode: 3, named: [`R7 sum ${attempt.publicId}`] });
  });

  it('R8 names each of a double, lost, phantom, changed and refunded charge, and nothing else', async () => {
    const shop = await livedInShop({ engine });
    const { renewal, oneOff, declined, refunded, sandbox } = shop;
    const lines = sandbox.ledger();
    const [failed] = await attemptsOf(shop, declined.id);
    const lineOf = ({ publicId }: PaymentAttempt, op = 'charge'): LedgerLine => {
      const line = lines.find((one) => one.orderRef === publicId && one.op === op);
      if (!line) throw new Error('Bug: no such line.');
      return line;
    };
    const without = (...gone: LedgerLine[]): LedgerLine[] => lines.filter((line) => !gone.includes(line));
    const planted: [name: string, lines: LedgerLine[]][] = [
      [`R8 double ${renewal.publicId}`, [...lines, { ...lineOf(renewal), ref: 'T-again' }]],
      [
        `R8 lost ${failed?.publicId}`,
        [...lines, { ...lineOf(renewal), ref: 'T-lost', orderRef: failed?.publicId ?? '' }],
      ],
      ['R8 lost pa_of_nobody', [...lines, { ...lineOf(renewal), ref: 'T-stranger', orderRef: 'pa_of_nobody' }]],
      [`R8 phantom ${oneOff.attempt.publicId}`, without(lineOf(oneOff.attempt))],
      [
        `R8 amount ${oneOff.attempt.publicId}`,
        lines.map((line) => (line === lineOf(oneOff.attempt) ? { ...line, amount: 1 } : line)),
      ],
      [`R8 refund ${refunded.attempt.publicId}`, without(lineOf(refunded.attempt, 'refund'))],
    ];
    for (const [name, ledger] of planted) {
      const document = await reconciled(shop, { audit: await ledgerFile(ledger), dryRun: true });
      expect(document).toMatchObject({ exitCode: 3, named: [name] });
    }
    expect((await reconciled(shop, { audit: await ledgerFile(lines) })).named).toEqual([]);
  });

  it('a dry run asks, names, and writes nothing', async () => {
    const shop = await livedInShop({ engine });
    await refundOutside(shop, shop.renewal);
    const before = await picture(shop);
    expect(await reconciled(shop, { dryRun: true })).toMatchObject({ exitCode: 3, differences: [{ raised: false }] });
    expect(await picture(shop)).toBe(before);
  });

  it('is not whole while the provider is away, and still compares the books', async () => {
    const shop = await livedInShop({ engine });
    const { subscriptions: s } = shop.app.database.tables;
    await shop.app.database.update(s).set({ nextBillingOn: '2027-01-01' }).where(eq(s.id, shop.renewed.id));
    shop.sandbox.addFault({ match: { op: 'order' }, effect: { kind: 'fail', status: 503 } });
    expect(await reconciled(shop)).toMatchObject({
      outcome: 'incomplete',
      exitCode: 75,
      named: [`R4 V5 ${shop.renewed.id}`],
      incomplete: ['the payment provider cannot be asked now'],
    });
  });

  it('does what a person has decided, and shows that payment alone', async () => {
    const shop = await bundle({ engine });
    const attempt = await lostRenewal(shop, 'commit_drop');
    const tid = shop.sandbox.ledger().findLast(({ op }) => op === 'charge')?.ref ?? '';
    await expect(reconciled(shop, { resolve: [`${attempt.publicId}=maybe`], note: NOTE })).rejects.toMatchObject({
      code: 'RESOLUTION_INVALID',
    });
    const resolved = await reconciled(shop, { resolve: [`${attempt.publicId}=approved`], note: NOTE });
    expect(resolved).toMatchObject({ acts: [{ act: 'resolve', id: attempt.publicId, result: 'done' }] });
    const attached = await reconciled(shop, { attach: [`${attempt.publicId}=${tid}`], note: NOTE });
    expect(attached).toMatchObject({ outcome: 'clean', checks: [{ check: 'R2', examined: 1 }, { check: 'R4' }] });
    expect(await rowOf(shop, attempt)).toMatchObject({
      state: 'APPROVED',
      providerPaymentId: tid,
      needsOperator: false,
    });
  });

  it('lets a restored database charge again, but not while it has lost charges that nobody has seen to', async () => {
    const shop = await bundle({ engine });
    const { app } = shop;
    const { id } = await given(app).subscription();
    await billOn(shop, TODAY);
    const [charged] = await attemptsOf(shop, id);
    if (!charged) throw new Error('Bug: nothing was charged.');
    await chargePastTheBooks(shop, charged);
    app.payments.watermark.note({ id: app.newId(), sentAt: app.clock.now() }); // of a row that the backup does not have
    await app.payments.watermark.flush();
    await setBack(shop, id);

    expect(await runBilling(app, { date: TODAY })).toMatchObject({ exitCode: 3, reasons: ['LEDGER_OLDER'] });
    const blocked = await reconciled(shop, { afterRestore: true, note: NOTE });
    expect(blocked).toMatchObject({ exitCode: 3, acts: [{ act: 'after-restore', result: 'refused' }] });
    expect(blocked.named).toEqual([expect.stringMatching(/^RESTORE lost/)]);
    expect(await app.payments.watermark.read()).toBeDefined();

    const lifted = await reconciled(shop, { afterRestore: true, note: NOTE, confirm: 1 });
    expect(lifted.acts).toMatchObject([{ act: 'after-restore', result: 'done' }]);
    expect(await app.payments.watermark.read()).toBeUndefined();
    const { auditLog: a } = app.database.tables;
    const audited = await app.database.select().from(a).where(eq(a.action, 'ledger.after_restore'));
    expect(audited).toMatchObject([{ actorId: BY, reason: NOTE, after: { lost: 1 } }]);
  });
});

/** A charge on a mandate, as one that a lost row had made. */
async function chargePastTheBooks({ app, clock }: Bundle, { mandateId, customerRef }: PaymentAttempt): Promise<void> {
  const { mandates: m } = app.database.tables;
  const [mandate] = await app.database
    .select()
    .from(m)
    .where(eq(m.id, mandateId ?? ''));
  if (!mandate) throw new Error('Bug: no mandate.');
  clock.moveTo(new Date(clock.now().getTime() + 10 * 60_000));
  const outcome = await app.payments.provider('KAKAOPAY').chargeMandate({
    attemptId: 'pa_lost',
    orderRef: 'pa_lost',
    idempotencyKey: 'lost',
    mandate: { token: app.payments.vault().open(mandate.tokenCipher), merchantCode: mandate.merchantCode, customerRef },
    amounts: { total: 27_000, taxFree: 0 },
    title: 'lost',
    quantity: 1,
  });
  expect(outcome.kind).toBe('approved');
}

/** The subscription as the backup has it: due today. */
async function setBack(shop: Bundle, id: string): Promise<void> {
  const { subscriptions: s } = shop.app.database.tables;
  const { lastCycle } = await subscriptionOf(shop, id);
  const due = { nextBillingOn: TODAY, lastCycle: lastCycle + 1 };
  await shop.app.database.update(s).set(due).where(eq(s.id, id));
}

describe('an approved payment and what the provider shows of it', () => {
  const attempt = {
    publicId: 'pa_1',
    orderRef: 'pa_1',
    merchantCode: 'CID',
    customerRef: 'c1',
    providerPaymentId: 'T1',
    amount: 27_000,
  } as PaymentAttempt;
  const shown = {
    kind: 'found',
    state: 'paid',
    attemptId: 'pa_1',
    merchantCode: 'CID',
    customerRef: 'c1',
    paymentId: 'T1',
    amounts: { total: 27_000, taxFree: 0 },
    refunded: 0,
    refunds: [],
    record: { providerStatus: 'SUCCESS_PAYMENT' },
  } as unknown as Extract<LookupOutcome, { kind: 'found' }>;
  const NONE = { booked: 0, underWay: 0 };

  it.each([
    ['are equal', attempt, shown, NONE, 'equal'],
    [
      'are equal after a refund',
      attempt,
      { ...shown, state: 'refunded', refunded: 500 },
      { ...NONE, booked: 500 },
      'equal',
    ],
    ['are equal while one is on its way', attempt, { ...shown, refunded: 500 }, { booked: 0, underWay: 500 }, 'equal'],
    [
      'are equal without money',
      { ...attempt, amount: 0 },
      { ...shown, state: 'issued', amounts: { total: 0, taxFree: 0 } },
      NONE,
      'equal',
    ],
    ['differ in the amount', attempt, { ...shown, amounts: { total: 1, taxFree: 0 } }, NONE, 'amount'],
    ['differ in what went back', attempt, { ...shown, refunded: 500 }, NONE, 'refunded'],
    ['differ in what went back here', attempt, shown, { booked: 500, underWay: 0 }, 'refunded'],
    ['differ in the status', attempt, { ...shown, state: 'not_charged' }, NONE, 'status'],
    ['differ in the ids', attempt, { ...shown, paymentId: 'T2' }, NONE, 'ids'],
    ['differ in existence', attempt, { kind: 'absent' }, NONE, 'status'],
    ['are not compared without an answer', attempt, { kind: 'inconclusive' }, NONE, 'not-compared'],
  ])('%s', (_name, ours, theirs, back, expected) => {
    const comparison = compare(ours, theirs as LookupOutcome, back);
    expect('kind' in comparison ? comparison.kind : comparison.is).toBe(expected);
  });
});
