import { describe, expect, it } from 'vitest';
import { readPayments } from '../../src/payments/index.ts';
import { bundle } from '../support/bundle.ts';
import { ENGINES } from '../support/databases.ts';
import { givenAttempts } from '../support/given-attempts.ts';

describe.each(ENGINES)('readPayments on %s', (engine) => {
  async function shop() {
    const { app } = await bundle({ engine });
    const given = givenAttempts(app);
    const renewal = await given.renewalInDoubt();
    const first = await given.orderInDoubt({ state: 'APPROVED' });
    const second = await given.orderInDoubt({
      state: 'APPROVED',
      needsOperator: true,
      operatorReason: 'REFERENCE_MISSING',
    });
    const list = async (filter: Parameters<typeof readPayments>[1]) =>
      (await readPayments(app, filter)).payments.map(({ attemptId }) => attemptId);
    return {
      list,
      renewal: renewal.attempt.publicId,
      first: first.attempt.publicId,
      second: second.attempt.publicId,
    };
  }

  it('gives what needs a person and then what is in doubt', async () => {
    const { list, renewal, second } = await shop();

    expect(await list({})).toEqual([second, renewal]);
  });

  it('gives at most as many as were asked for', async () => {
    const { list, second } = await shop();

    expect(await list({ limit: 1 })).toEqual([second]);
  });

  it('filters by state, newest first', async () => {
    const { list, first, second } = await shop();

    expect(await list({ state: 'APPROVED' })).toEqual([second, first]);
  });

  it('filters by alarm and purpose', async () => {
    const { list, first, second } = await shop();

    expect(await list({ needsOperator: true })).toEqual([second]);
    expect(await list({ needsOperator: false, purpose: 'ORDER' })).toEqual([first]);
  });

  it('filters by days of the shop, both included', async () => {
    const { list, first, second } = await shop();

    expect(await list({ purpose: 'ORDER', from: '2026-11-20', to: '2026-11-20' })).toEqual([second, first]);
    expect(await list({ from: '2026-11-21' })).toEqual([]);
    expect(await list({ to: '2026-11-19' })).toEqual([]);
  });
});
