import { describe, expect, it } from 'vitest';
import { bundle, textOf, without } from '../../sandbox/support.ts';
import { adapterAt, goldenRequest } from './adapter.ts';
import type { Operation } from '../../../src/payments/providers/kakaopay/answer.ts';
import { begin, charge, complete, lookup, OPERATIONS, refund } from './requests.ts';

const RECURRING = 'TCSUBSCRIP';
const STRICT = { error_code: -90_001 };

const PATHS: Record<Operation, string> = {
  ready: 'ready',
  approve: 'approve',
  subscription: 'subscription',
  order: 'order',
  cancel: 'cancel',
  inactive: 'manage/subscription/inactive',
  status: 'manage/subscription/status',
};

/** Documented as optional, and always sent: the provider compares what it is told. */
const MAY_BE_LEFT_OUT: Partial<Record<Operation, string>> = {
  approve: 'total_amount',
  cancel: 'cancel_available_amount',
};

/** Neither a text nor a number, nor a text that is one. */
const retyped = (value: unknown): unknown => (typeof value === 'string' ? 7 : true);

describe('the sandbox in strict mode', () => {
  it('grants what the adapter sends for every operation', async () => {
    const { sandbox, request } = await bundle();
    const { provider } = adapterAt(sandbox.url);
    const first = { merchantCode: RECURRING, purpose: 'SUBSCRIPTION_START' } as const;
    const session = await provider.beginCheckout(begin(first));
    const tid = session.kind === 'redirect' ? session.sessionId : '';
    const pressed = await request('POST', `/sandbox/checkouts/${tid}/approve`);
    const query = Object.fromEntries(new URL(textOf(pressed.body, 'redirectUrl')).searchParams);
    const approved = await provider.completeCheckout(complete({ ...first, sessionId: tid, query }));
    const mandate = approved.kind === 'approved' ? approved.mandate : undefined;
    if (!mandate) throw new Error('The first payment brought no mandate.');
    const paid = { merchantCode: RECURRING, providerPaymentId: tid };
    const kinds = [
      session,
      approved,
      await provider.chargeMandate(charge({ mandate })),
      await provider.lookup(lookup(paid)),
      await provider.refund(refund(paid)),
      await provider.mandateStatus(mandate),
      await provider.deactivateMandate(mandate),
    ].map(({ kind }) => kind);
    expect(kinds).toEqual(['redirect', 'approved', 'approved', 'found', 'refunded', 'status', 'deactivated']);
    expect(sandbox.stats()).toMatchObject({ strictRejections: 0 });
  });

  describe.each(OPERATIONS)('%s', (op) => {
    const golden = goldenRequest(op);
    const fields = Object.keys(golden);

    it('takes the golden request', async () => {
      const { call, sandbox } = await bundle();
      await call(PATHS[op], golden);
      expect(sandbox.stats()).toMatchObject({ strictRejections: 0 });
    });

    it('refuses it with a field added', async () => {
      const { call } = await bundle();
      expect((await call(PATHS[op], { ...golden, one_more: 1 })).body).toMatchObject(STRICT);
    });

    it.each(fields.filter((field) => field !== MAY_BE_LEFT_OUT[op]))('refuses it without %s', async (field) => {
      const { call } = await bundle();
      expect((await call(PATHS[op], without(golden, field))).body).toMatchObject(STRICT);
    });

    it.each(fields)('refuses it with another type of %s', async (field) => {
      const { call } = await bundle();
      expect((await call(PATHS[op], { ...golden, [field]: retyped(golden[field]) })).body).toMatchObject(STRICT);
    });
  });
});
