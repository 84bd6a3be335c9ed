import { userInfo } from 'node:os';
import { asc, eq } from '../../src/platform/database/sql.ts';
import { describe, expect, it } from 'vitest';
import { PaymentDocument, PaymentsDocument } from '../../src/payments/operator/documents.ts';
import type { PaymentAttempt } from '../../src/schema.ts';
import { bundle, environmentFor, START } from '../support/bundle.ts';
import { runCli } from '../support/cli.ts';
import { givenAttempts } from '../support/given-attempts.ts';

const PLAIN = { COLUMNS: '100', NO_COLOR: '1' };
const LATER = '2026-11-20T09:31:00+09:00';
const NOTE = ['--note', 'seen in the merchant console'];

async function shop() {
  const { app, sandbox, databaseUrl } = await bundle({ engine: 'sqlite' });
  const { paymentAttempts: t, auditLog } = app.database.tables;
  const environment = { ...PLAIN, ...environmentFor({ databaseUrl, sandbox }), PILLIVERY_CLOCK__NOW: LATER };
  return {
    app,
    sandbox,
    given: givenAttempts(app),
    payments: (...args: string[]) => runCli(['payments', ...args], environment),
    attempt: async ({ id }: PaymentAttempt) => (await app.database.select().from(t).where(eq(t.id, id)))[0],
    audit: () => app.database.select().from(auditLog).orderBy(asc(auditLog.id)),
  };
}

/** What differs from run to run. */
const withoutMarks = (text: string): string =>
  text
    .replaceAll(/pa_[0-9a-z]{26}/g, 'pa_…')
    .replaceAll(/ORD-?\d{8}-?\w+|\b\d{8}-\w{6,}\b/g, 'ORDER')
    .replaceAll(/2026-11-20 09:00:\d\d/g, '2026-11-20 09:00:00');

describe('payments list', () => {
  it('shows what needs a person, then what else is in doubt', async () => {
    const { given, payments } = await shop();
    await given.orderInDoubt({ state: 'APPROVED' });
    await given.renewalInDoubt();
    await given.renewalInDoubt({
      needsOperator: true,
      operatorReason: 'UNKNOWN_UNRESOLVED',
      proposal: 'NOT_CHARGED',
    });

    const { code, stdout } = await payments('list');

    expect(code).toBe(0);
    expect(withoutMarks(stdout)).toMatchInlineSnapshot(`
      "pa_…  2026-11-20 09:00:00  UNKNOWN      RENEWAL                 27,000 won  needs a person: UNKNOWN_UNRESOLVED, proposal NOT_CHARGED
      pa_…  2026-11-20 09:00:00  UNKNOWN      RENEWAL                 27,000 won
      "
    `);
  });

  it('tells a machine the same', async () => {
    const { given, payments } = await shop();
    const { attempt } = await given.orderInDoubt();
    await given.renewalInDoubt();

    const { stdout } = await payments('list', '--purpose', 'ORDER', '--json');

    expect(PaymentsDocument.parse(JSON.parse(stdout))).toMatchObject({ payments: [{ attemptId: attempt.publicId }] });
  });

  it('takes no other words for a state and leaves with 2', async () => {
    const { payments } = await shop();

    expect(await payments('list', '--state', 'LOST')).toMatchObject({ code: 2 });
  });
});

describe('payments show', () => {
  it('tells a person what it is, what happened and what can be done', async () => {
    const { given, payments } = await shop();
    const { attempt } = await given.renewalInDoubt({
      needsOperator: true,
      operatorReason: 'UNKNOWN_UNRESOLVED',
      proposal: 'APPROVED',
    });

    const { code, stdout } = await payments('show', attempt.publicId);

    expect(code).toBe(0);
    expect(withoutMarks(stdout)).toMatchInlineSnapshot(`
      "payment       pa_…, RENEWAL, try 1
      state         UNKNOWN
      needs person  UNKNOWN_UNRESOLVED, proposal APPROVED
      amount        27,000 won for 오메가3 골드 60캡슐
      provider      KAKAOPAY, TCSUBSCRIP, known there as pa_…
      sent          2026-11-20 09:00:00
      looks         0 so far, next at 2026-11-20 09:00:00
      subscription  오메가3 골드 60캡슐, ACTIVE, billed next on 2026-11-20
      mandate       카카오페이머니, ACTIVE

      2026-11-20 09:00:00  – → CREATED, SYSTEM

      The mandate’s status suggests that it was charged; confirm it at the provider, then say so with \`pillivery payments resolve pa_… --as approved\`.
      "
    `);
  });

  it('tells a machine the same, in the shop’s zone', async () => {
    const { given, payments } = await shop();
    const { attempt, order } = await given.orderInDoubt();

    const { stdout } = await payments('show', attempt.publicId, '--json');

    expect(PaymentDocument.parse(JSON.parse(stdout))).toMatchObject({
      schema: 'pillivery.payment/1',
      payment: { attemptId: attempt.publicId, amount: 27_000, sentAt: expect.stringMatching(/T09:00:.*\+09:00$/) },
      order: { orderId: order.id, status: 'PENDING_PAYMENT' },
      history: [{ from: null, to: 'CREATED', actor: 'CUSTOMER' }],
      next: expect.stringContaining(`pillivery payments lookup ${attempt.publicId}`),
    });
  });

  it('does not find a payment that is none, and leaves with 1', async () => {
    const { payments } = await shop();

    const { code, stdout } = await payments('show', 'pa_none', '--json');

    expect(code).toBe(1);
    expect(JSON.parse(stdout)).toMatchObject({ error: { code: 'ATTEMPT_NOT_FOUND' } });
  });
});

describe('payments resolve', () => {
  it('settles what a person has found out, and names the person', async () => {
    const { given, payments, attempt: read, audit } = await shop();
    const { attempt } = await given.orderInDoubt();

    const facts = ['--reference', 'T7', '--approved-at', '2026-11-20T09:01:00+09:00'];
    const { code, stdout } = await payments(
      'resolve',
      attempt.publicId,
      '--as',
      'approved',
      ...facts,
      ...NOTE,
      '--by',
      'minji',
      '--json',
    );

    expect(code).toBe(0);
    expect(PaymentDocument.parse(JSON.parse(stdout))).toMatchObject({
      payment: { state: 'APPROVED', providerPaymentId: 'T7', approvedAt: '2026-11-20T09:01:00.000+09:00' },
      order: { status: 'PAID' },
      next: 'Nothing is left to do.',
    });
    expect(await read(attempt)).toMatchObject({ state: 'APPROVED' });
    expect(await audit()).toMatchObject([{ actorId: 'minji', action: 'payment.resolve', reason: NOTE[1] }]);
  });

  it('releases what was not charged, in the name of whoever sits there', async () => {
    const { given, payments, audit } = await shop();
    const { attempt } = await given.orderInDoubt();

    const ended = await payments('resolve', attempt.publicId, '--as', 'not-charged', ...NOTE);

    expect(ended).toMatchObject({ code: 0, stdout: expect.stringContaining('UNKNOWN → NOT_CHARGED, ADMIN') });
    expect(await audit()).toMatchObject([{ actorId: expect.stringContaining(userInfo().username) }]);
  });

  it('leaves with 1 when somebody was first', async () => {
    const { given, payments } = await shop();
    const { attempt } = await given.orderInDoubt({ state: 'APPROVED' });

    const { code, stdout } = await payments('resolve', attempt.publicId, '--as', 'not-charged', ...NOTE, '--json');

    expect(code).toBe(1);
    expect(JSON.parse(stdout)).toMatchObject({ error: { code: 'ATTEMPT_STATE', facts: { state: 'APPROVED' } } });
  });

  it.each([
    ['a note that says nothing', ['--as', 'not-charged', '--note', 'ok']],
    ['no note', ['--as', 'not-charged']],
    ['a payment id for what was not charged', ['--as', 'not-charged', '--reference', 'T7', ...NOTE]],
    ['a time without a zone', ['--as', 'approved', '--approved-at', '2026-11-20T09:01:00', ...NOTE]],
    ['another word for what became of it', ['--as', 'paid', ...NOTE]],
  ])('leaves with 2 for %s', async (_, words) => {
    const { given, payments, audit } = await shop();
    const { attempt } = await given.orderInDoubt();

    expect(await payments('resolve', attempt.publicId, ...words)).toMatchObject({ code: 2 });
    expect(await audit()).toEqual([]);
  });
});

describe('payments attach-reference', () => {
  it('makes an approval refundable', async () => {
    const { given, payments, attempt: read } = await shop();
    const { attempt } = await given.renewalInDoubt({ state: 'APPROVED', approvedAt: new Date(START) });

    const ended = await payments('attach-reference', attempt.publicId, '--reference', 'T7', ...NOTE);

    expect(ended).toMatchObject({ code: 0 });
    expect(await read(attempt)).toMatchObject({ providerPaymentId: 'T7' });
  });
});

describe('payments acknowledge', () => {
  it('clears an alarm once', async () => {
    const { given, payments, attempt: read } = await shop();
    const { attempt } = await given.orderInDoubt({
      state: 'NOT_CHARGED',
      needsOperator: true,
      operatorReason: 'CONFIG_REJECTED',
    });

    expect(await payments('acknowledge', attempt.publicId, ...NOTE)).toMatchObject({ code: 0 });
    expect(await read(attempt)).toMatchObject({ needsOperator: false });
    expect(await payments('acknowledge', attempt.publicId, ...NOTE)).toMatchObject({ code: 1 });
  });
});

describe('payments lookup', () => {
  it('leaves with 75 when the provider is away, and nothing has changed', async () => {
    const { given, payments, sandbox, attempt: read } = await shop();
    const { attempt } = await given.orderInDoubt();
    await sandbox.close();

    expect(await payments('lookup', attempt.publicId)).toMatchObject({ code: 75 });
    expect(await read(attempt)).toMatchObject({ state: 'UNKNOWN' });
  });
});
