import { readdirSync } from 'node:fs';
import { describe, expect, it } from 'vitest';
import { ROOT } from '../../support/environment.ts';
import { NOON, recorded, replay, scripted } from './adapter.ts';
import { begin, charge, complete, lookup, MANDATE, refund, SID, TID } from './requests.ts';

const RECURRING = 'TCSUBSCRIP';
const CANCELED_AT = new Date('2026-11-24T12:10:00+09:00');
const MONEY = { kind: 'ACCOUNT', label: '카카오페이머니' };
const CARD = { kind: 'CARD', label: '카드 신한카드' };

const at = async (name: string) => (await scripted([replay(name)])).provider;

describe('the recorded answers', () => {
  it('say how certain they are and from when', () => {
    const names = readdirSync(`${ROOT}/test/fixtures/provider/kakaopay`).filter((name) => name.endsWith('.json'));
    const unmarked = names.filter((name) => {
      const { certainty, date, endpoint } = recorded(name.replace('.json', ''));
      return !/^[DRI]$/.test(certainty) || !/^\d{4}-\d\d-\d\d$/.test(date) || endpoint === undefined;
    });
    expect(unmarked).toEqual([]);
  });
});

describe('ready', () => {
  it('gives the session and where the buyer goes', async () => {
    const { provider, clock } = await scripted([replay('ready')]);
    const outcome = await provider.beginCheckout(begin());
    expect(outcome).toMatchObject({
      kind: 'redirect',
      sessionId: TID,
      action: {
        type: 'REDIRECT',
        pcUrl: 'https://online-pay.kakao.com/mockup/v1/example/info',
        mobileUrl: 'https://online-pay.kakao.com/mockup/v1/example/mInfo',
        appUrl: 'https://online-pay.kakao.com/mockup/v1/example/aInfo',
      },
    });
    const left = outcome.kind === 'redirect' ? outcome.expiresAt.getTime() - clock.now().getTime() : 0;
    expect(left).toBeGreaterThan(14.9 * 60_000);
    expect(left).toBeLessThanOrEqual(15 * 60_000);
  });

  it.each([
    { purpose: 'ORDER' as const, amounts: { total: 0, taxFree: 0 } },
    { purpose: 'SUBSCRIPTION_START' as const, amounts: { total: 0, taxFree: 0 } },
    { purpose: 'MANDATE_UPDATE' as const, amounts: { total: 100, taxFree: 0 } },
  ])('is a bug for %j and sends nothing', async (wrong) => {
    const { provider, heard } = await scripted([replay('ready')]);
    await expect(provider.beginCheckout(begin(wrong))).rejects.toThrow(/^Bug: /);
    expect(heard).toEqual([]);
  });
});

describe('an approval', () => {
  const APPROVED = {
    kind: 'approved',
    paymentId: TID,
    approvalId: 'A1a2b3c4d5e6f7a8b9c0',
    approvedAt: NOON,
    amounts: { total: 51_800, taxFree: 0 },
  };
  const MADE = { token: SID, merchantCode: RECURRING, customerRef: 'cu_example' };

  it.each([
    ['approve-money', { ...APPROVED, method: MONEY }],
    ['approve-card', { ...APPROVED, method: CARD }],
    ['approve-card-older', { ...APPROVED, method: CARD }],
  ])('%s is believed', async (name, outcome) => {
    expect(await (await at(name)).completeCheckout(complete())).toEqual(outcome);
  });

  it('of a first subscription payment brings the mandate', async () => {
    const first = complete({ merchantCode: RECURRING, purpose: 'SUBSCRIPTION_START' });
    expect(await (await at('approve-recurring')).completeCheckout(first)).toEqual({
      ...APPROVED,
      method: MONEY,
      mandate: MADE,
    });
  });

  const NEW_METHOD = { merchantCode: RECURRING, purpose: 'MANDATE_UPDATE', amounts: { total: 0, taxFree: 0 } } as const;

  it('of nothing brings a mandate alone', async () => {
    expect(await (await at('approve-issued-sid')).completeCheckout(complete(NEW_METHOD))).toEqual({
      ...APPROVED,
      amounts: { total: 0, taxFree: 0 },
      method: MONEY,
      mandate: MADE,
    });
  });

  it('of nothing without a mandate is worth nothing, and unknown', async () => {
    const { provider } = await scripted([replay('approve-issued-sid', { sid: undefined })]);
    expect(await provider.completeCheckout(complete(NEW_METHOD))).toMatchObject({ kind: 'unknown', why: 'unparsable' });
  });

  it.each([
    ['subscription-money', MONEY],
    ['subscription-card', CARD],
  ])('of a recurring charge (%s) has a tid of its own', async (name, method) => {
    expect(await (await at(name)).chargeMandate(charge())).toEqual({ ...APPROVED, method, mandate: MADE });
  });

  it('needs the token of the return, without which nobody is asked', async () => {
    const { provider, heard } = await scripted([replay('approve-money')]);
    expect(await provider.completeCheckout(complete({ query: {} }))).toEqual({
      kind: 'not_completed',
      why: 'bad_return',
    });
    expect(heard).toEqual([]);
  });
});

describe('a lookup', () => {
  const PARTS = { taxFree: 0, point: 0, discount: 0 };
  const WHOLE = { ...PARTS, total: 51_800, vat: 4_709 };
  const NONE = { ...PARTS, total: 0, vat: 0 };

  it('tells everything of a paid payment', async () => {
    expect(await (await at('order-success-payment')).lookup(lookup())).toEqual({
      kind: 'found',
      state: 'paid',
      attemptId: 'pa_example',
      customerRef: 'cu_example',
      merchantCode: 'TC0ONETIME',
      paymentId: TID,
      amounts: { total: 51_800, taxFree: 0 },
      refunded: 0,
      refunds: [],
      approvedAt: NOON,
      method: MONEY,
      record: {
        providerStatus: 'SUCCESS_PAYMENT',
        methodType: 'MONEY',
        itemName: '오메가3 외 1건',
        quantity: 2,
        amount: WHOLE,
        canceledAmount: NONE,
        cancelAvailableAmount: WHOLE,
        createdAt: new Date('2026-11-24T11:58:10+09:00'),
        approvedAt: NOON,
        actions: [{ type: 'PAYMENT', amount: 51_800, at: NOON }],
      },
    });
  });

  it.each([
    ['ready', 'in_progress'],
    ['send-tms', 'in_progress'],
    ['open-payment', 'in_progress'],
    ['select-method', 'in_progress'],
    ['ars-waiting', 'in_progress'],
    ['auth-password', 'in_progress'],
    ['success-payment-card', 'paid'],
    ['part-cancel-payment', 'refunded'],
    ['cancel-payment', 'refunded'],
    ['fail-auth-password', 'not_charged'],
    ['quit-payment', 'not_charged'],
    ['fail-payment', 'not_charged'],
  ])('of %s is %s', async (name, state) => {
    expect(await (await at(`order-${name}`)).lookup(lookup())).toMatchObject({ kind: 'found', state });
  });

  it('of a mandate without a charge says that it was issued', async () => {
    const issued = await (await at('order-issued-sid')).lookup(lookup({ merchantCode: RECURRING }));
    expect(issued).toMatchObject({ kind: 'found', state: 'issued', amounts: { total: 0 } });
  });

  it('tells what was given back', async () => {
    expect(await (await at('order-part-cancel-payment')).lookup(lookup())).toMatchObject({
      refunded: 10_000,
      refunds: [{ ref: 'A1a2b3c4d5e6f7a8b9c1', amount: 10_000, at: CANCELED_AT }],
      record: { cancelAvailableAmount: { total: 41_800 } },
    });
  });

  it('adds the refunds up where the sum is not told', async () => {
    const { provider } = await scripted([replay('order-part-cancel-payment', { canceled_amount: null })]);
    expect(await provider.lookup(lookup())).toMatchObject({ state: 'refunded', refunded: 10_000 });
  });

  it('of a refund of which nothing is told cannot be relied on', async () => {
    const silent = { canceled_amount: undefined, payment_action_details: undefined };
    const { provider } = await scripted([replay('order-cancel-payment', silent)]);
    expect(await provider.lookup(lookup())).toMatchObject({ kind: 'provider_down', why: 'no_answer' });
  });

  it.each(['NEW_STATUS', 'constructor'])('of the status %s, which nobody listed, proves nothing', async (status) => {
    const { provider } = await scripted([replay('order-ready', { status })]);
    expect(await provider.lookup(lookup())).toEqual({ kind: 'inconclusive', codes: { code: status } });
  });

  it.each([{ tid: 'T2' }, { cid: 'TCSUBSCRIP' }])(
    'that answers about another payment (%j) proves nothing',
    async (wrong) => {
      const { provider, lines } = await scripted([replay('order-success-payment', wrong)]);
      expect(await provider.lookup(lookup())).toEqual({ kind: 'inconclusive' });
      expect(lines).toEqual([expect.objectContaining({ level: 'error', outcome: 'inconclusive', why: 'mismatch' })]);
    },
  );

  it('by the session where there is no payment yet, and by nothing else of ours', async () => {
    const { provider, heard } = await scripted([replay('order-ready')]);
    const { providerPaymentId: sessionId, ...rest } = lookup();
    await provider.lookup({ ...rest, ...(sessionId !== undefined && { sessionId }) });
    expect(await provider.lookup({ ...rest, orderRef: 'pa_example' })).toEqual({ kind: 'inconclusive' });
    expect(heard.map(({ body }) => body)).toEqual([{ cid: 'TC0ONETIME', tid: TID }]);
  });

  it('that is refused tells nothing of the payment', async () => {
    expect(await (await at('error')).lookup(lookup())).toMatchObject({ kind: 'inconclusive', codes: { code: '-721' } });
  });
});

describe('a refund', () => {
  it('in part says what is left', async () => {
    expect(await (await at('cancel-part-cancel-payment')).refund(refund())).toEqual({
      kind: 'refunded',
      refundRef: 'A1a2b3c4d5e6f7a8b9c1',
      balanceAfter: 41_800,
      at: CANCELED_AT,
    });
  });

  it('of the whole leaves nothing', async () => {
    const whole = refund({ amounts: { total: 51_800, taxFree: 0 } });
    expect(await (await at('cancel-cancel-payment')).refund(whole)).toMatchObject({
      kind: 'refunded',
      balanceAfter: 0,
    });
  });
});

describe('a mandate', () => {
  it('is deactivated', async () => {
    expect(await (await at('inactive')).deactivateMandate(MANDATE)).toEqual({ kind: 'deactivated', at: CANCELED_AT });
  });

  it.each([
    ['status-active', 'active'],
    ['status-inactive', 'inactive'],
  ])('by %s is %s', async (name, status) => {
    expect(await (await at(name)).mandateStatus(MANDATE)).toEqual({ kind: 'status', status, lastApprovedAt: NOON });
  });

  it.each([{ available: false }, { status: 'SOMETHING' }, { sid: 'S2' }, { cid: 'TC0ONETIME' }])(
    'of which %j is told is in an unknown state',
    async (odd) => {
      const { provider } = await scripted([replay('status-active', odd)]);
      expect(await provider.mandateStatus(MANDATE)).toMatchObject({ kind: 'status', status: 'unknown' });
    },
  );
});

describe('an answer with numbers as strings', () => {
  const amount = { total: '51800', tax_free: '0', vat: '4709', point: '0', discount: '0', green_deposit: '0' };
  const back = { ...amount, total: '10000' };

  it('is read as if they were numbers', async () => {
    const { provider } = await scripted([
      replay('approve-money', { amount, quantity: '2' }),
      replay('order-success-payment', { amount, quantity: '2' }),
      replay('cancel-part-cancel-payment', { amount, approved_cancel_amount: back }),
    ]);
    expect(await provider.completeCheckout(complete())).toMatchObject({ kind: 'approved', amounts: { total: 51_800 } });
    expect(await provider.lookup(lookup())).toMatchObject({ state: 'paid', amounts: { total: 51_800 } });
    expect(await provider.refund(refund())).toMatchObject({ kind: 'refunded' });
  });

  it.each(['', ' ', '1e3', '-1', '0x10', '51,800', null, true, [], -1, 1.5])(
    'does not take %j for one',
    async (total) => {
      const { provider } = await scripted([replay('approve-money', { amount: { total } })]);
      expect(await provider.completeCheckout(complete())).toMatchObject({ kind: 'unknown', why: 'unparsable' });
    },
  );
});

describe('an answer that is odd where nothing is relied on it', () => {
  it('is believed all the same', async () => {
    const odd = { aid: 7, payment_method_type: 'POINT', card_info: 'none', created_at: 'yesterday', quantity: 'two' };
    const { provider } = await scripted([replay('approve-money', { ...odd, something_new: [] })]);
    expect(await provider.completeCheckout(complete())).toEqual({
      kind: 'approved',
      paymentId: TID,
      approvedAt: NOON,
      amounts: { total: 51_800, taxFree: 0 },
    });
  });
});
