import { describe, expect, it } from 'vitest';
import type { ChargeOutcome } from '../../../src/payments/provider.ts';
import { adapterAt, HASTY, IMPATIENT, json, NOON, replay, scripted, type Reply } from './adapter.ts';
import { begin, charge, complete, GRANTED, lookup, MAKE, MANDATE, OPERATIONS, refund, SID, TID } from './requests.ts';

const error = (error_code: number, error_message = 'no'): Reply => json(400, { error_code, error_message });

/** A port at which nobody listens. */
const NOBODY = 'http://127.0.0.1:1';

describe('the line of a provider call', () => {
  it('has exactly what people look for', async () => {
    const { provider, lines } = await scripted([replay('subscription-money')]);
    await provider.chargeMandate(charge({ orderRef: 'pa_example' }));
    expect(lines).toEqual([
      {
        level: 'info',
        message: 'provider call',
        event: 'provider_call',
        provider: 'KAKAOPAY',
        op: 'subscription',
        attempt_id: 'pa_example',
        order_ref: 'pa_example',
        try: 1,
        http_status: 200,
        outcome: 'approved',
        provider_ref: TID,
        amount: 51_800,
        ms: expect.any(Number),
        sent: true,
        breaker: 'closed',
        request_id: 'rq_example',
      },
    ]);
  });

  it('of a refund names the refund', async () => {
    const { provider, lines } = await scripted([replay('cancel-part-cancel-payment')]);
    await provider.refund(refund());
    expect(lines).toMatchObject([{ op: 'cancel', refund_id: 'rf_example', provider_ref: TID, amount: 10_000 }]);
    expect(lines[0]).not.toHaveProperty('attempt_id');
  });

  it.each([
    ['info', 'declined_soft', error(-797), { group: 'LIMIT', provider_code: '-797', provider_message: 'no' }],
    ['info', 'declined_hard', error(-751), { group: 'MANDATE_INACTIVE' }],
    ['warn', 'unknown', error(-500), { why: 'server_error' }],
    ['warn', 'provider_down', error(-503), { why: 'maintenance' }],
    ['error', 'unknown', replay('subscription-money', { cid: 'X' }), { why: 'mismatch' }],
    ['error', 'rejected_by_config', error(-731), { why: 'merchant' }],
  ])('is of level %s for %s', async (level, outcome, reply, more) => {
    const { provider, lines } = await scripted([reply]);
    await provider.chargeMandate(charge());
    expect(lines).toEqual([expect.objectContaining({ level, outcome, ...more })]);
  });

  it('is written for each try', async () => {
    const { provider, lines } = await scripted([error(-503), replay('order-success-payment')], HASTY);
    await provider.lookup(lookup());
    expect(lines).toMatchObject([
      { op: 'order', try: 1, outcome: 'provider_down', why: 'maintenance' },
      { op: 'order', try: 2, outcome: 'found' },
    ]);
  });

  it('says that nothing was sent where nobody listens', async () => {
    const { provider, lines } = adapterAt(NOBODY, HASTY);
    expect(await provider.chargeMandate(charge())).toEqual({
      kind: 'provider_down',
      why: 'connect',
      proof: 'not_written',
    });
    expect(lines).toMatchObject([{ level: 'warn', outcome: 'provider_down', why: 'connect', sent: false }]);
  });

  it('tells a code that no table lists in a line and a metric of its own', async () => {
    const { provider, lines, metrics } = await scripted([error(-999)]);
    await provider.chargeMandate(charge());
    expect(lines).toMatchObject([
      { event: 'provider_call', why: 'unlisted_code' },
      {
        level: 'warn',
        event: 'provider_unlisted_code',
        provider: 'KAKAOPAY',
        op: 'subscription',
        provider_code: '-999',
      },
    ]);
    expect(await metrics.snapshot()).toContainEqual({
      name: 'pillivery_provider_unlisted_code_total',
      labels: { provider: 'KAKAOPAY', code: '-999' },
      value: 1,
    });
  });
});

describe('no line and no metric', () => {
  it('tells a secret, a token, a customer or a card', async () => {
    const canaries = [SID, 'pg_token_example', 'SANDBOX-test-only', 'cu_example', '123456', '12345678'];
    const told = [];
    for (const op of OPERATIONS) {
      const { provider, lines, metrics } = await scripted([replay(GRANTED[op])]);
      await MAKE[op](provider);
      told.push(...lines, await metrics.text());
    }
    const { provider, lines } = await scripted([replay('approve-card'), replay('approve-recurring')]);
    await provider.completeCheckout(complete());
    await provider.completeCheckout(complete({ merchantCode: 'TCSUBSCRIP', purpose: 'SUBSCRIPTION_START' }));
    const text = JSON.stringify([...told, ...lines]);
    expect(canaries.filter((canary) => text.includes(canary))).toEqual([]);
  });

  it('repeats what the provider repeats of it in a message', async () => {
    const message = `sid ${SID} of SANDBOX-test-only, kim@example.com, 010-1234-5678, 1234-5678-9012-3456, /x?pg_token=1`;
    const { provider, lines } = await scripted([error(-751, message)]);
    const outcome = await provider.chargeMandate(charge());
    const clean = 'sid [redacted] of [redacted], [e-mail], [phone], [card], /x[redacted]';
    expect(outcome).toMatchObject({ codes: { message: clean } });
    expect(lines).toMatchObject([{ provider_message: clean }]);
  });
});

describe('the metrics of provider calls', () => {
  const counted = async (metrics: { snapshot(): Promise<{ name: string; value: number }[]> }, name: string) =>
    (await metrics.snapshot()).filter((sample) => sample.name === name);

  it('count calls by operation and outcome, and time them', async () => {
    const { provider, metrics } = await scripted([replay('subscription-money'), error(-797)]);
    await provider.chargeMandate(charge());
    await provider.chargeMandate(charge());
    const about = { provider: 'KAKAOPAY', op: 'subscription' };
    expect(await counted(metrics, 'pillivery_provider_calls_total')).toEqual([
      { name: expect.any(String), labels: { ...about, outcome: 'approved' }, value: 1 },
      { name: expect.any(String), labels: { ...about, outcome: 'declined_soft' }, value: 1 },
    ]);
    expect(await counted(metrics, 'pillivery_provider_call_seconds_count')).toMatchObject([
      { labels: about, value: 2 },
    ]);
  });
});

/** A breaker that judges after two calls, and stays open for the rest of the test. */
const TOUCHY = {
  ...HASTY,
  PILLIVERY_PAYMENTS__KAKAOPAY__BREAKER__SIZE: '2',
  PILLIVERY_PAYMENTS__KAKAOPAY__BREAKER__MINIMUM_CALLS: '2',
  PILLIVERY_PAYMENTS__KAKAOPAY__BREAKER__OPEN_MS: '60000',
};

describe('an open circuit', () => {
  const opened = async () => {
    const adapter = await scripted([error(-503)], TOUCHY);
    await adapter.provider.chargeMandate(charge());
    await adapter.provider.chargeMandate(charge());
    return adapter;
  };

  it('refuses charges at once with the proof that nothing happened, and says when to come back', async () => {
    const { provider, heard, lines } = await opened();
    expect(await provider.chargeMandate(charge())).toEqual({
      kind: 'provider_down',
      why: 'circuit_open',
      proof: 'local',
      retryAt: expect.any(Date),
    });
    expect(heard).toHaveLength(2);
    expect(lines.filter(({ event }) => event === 'provider_call').at(-1)).toMatchObject({
      level: 'warn',
      outcome: 'provider_down',
      why: 'circuit_open',
      sent: false,
      breaker: 'open',
    });
  });

  it('is counted as refused, and not timed', async () => {
    const { provider, metrics } = await opened();
    await provider.chargeMandate(charge());
    const samples = await metrics.snapshot();
    const about = { provider: 'KAKAOPAY', op: 'subscription' };
    expect(samples).toContainEqual({
      name: 'pillivery_provider_refused_total',
      labels: { ...about, why: 'circuit_open' },
      value: 1,
    });
    expect(samples).toContainEqual({ name: 'pillivery_provider_call_seconds_count', labels: about, value: 2 });
  });

  it('of charges leaves checkouts, refunds and lookups alone', async () => {
    const { provider, heard } = await opened();
    await Promise.all([
      provider.beginCheckout(begin()),
      provider.refund(refund()),
      provider.lookup(lookup()),
      provider.mandateStatus(MANDATE),
    ]);
    expect(heard.map(({ path }) => path.split('/').at(-1))).toEqual(
      expect.arrayContaining(['ready', 'cancel', 'order', 'status']),
    );
  });

  it('lets whoever waits for charges give up', async () => {
    const { provider } = await opened();
    const patience = new AbortController();
    const waiting = provider.chargesAdmitted(patience.signal);
    patience.abort();
    await expect(waiting).resolves.toBeUndefined();
  });

  it('of charges means that the provider is down', async () => {
    const fresh = await scripted([replay('subscription-money')]);
    await fresh.provider.chargeMandate(charge());
    expect([fresh.provider.health(), (await opened()).provider.health()]).toEqual(['up', 'down']);
  });

  it('of lookups means that it is degraded', async () => {
    const { provider } = await scripted([error(-503)], TOUCHY);
    await provider.lookup(lookup());
    expect(provider.health()).toBe('degraded');
  });
});

describe('a provider that answers badly now and then', () => {
  it('is degraded before any breaker has opened', async () => {
    const { provider } = await scripted([error(-500)]);
    for (let call = 0; call < 5; call += 1) await provider.chargeMandate(charge());
    expect(provider.health()).toBe('degraded');
  });
});

describe('a charge', () => {
  it('that comes too late is not written, which is proof', async () => {
    const { provider, heard } = await scripted([replay('subscription-money')]);
    const outcome = await provider.chargeMandate(charge({ mayWrite: () => false }));
    expect(outcome).toEqual({ kind: 'provider_down', why: 'too_late', proof: 'local' });
    expect(heard).toEqual([]);
  });

  it('beyond the width of a run is refused at once', async () => {
    const settings = { ...IMPATIENT, PILLIVERY_BILLING__CONCURRENCY: '2' };
    const { provider, heard } = await scripted([() => {}], settings);
    const outcomes = await Promise.all([1, 2, 3].map(() => provider.chargeMandate(charge())));
    expect(outcomes.map((outcome: ChargeOutcome) => 'why' in outcome && outcome.why)).toEqual([
      'timeout',
      'timeout',
      'bulkhead_full',
    ]);
    expect(heard).toHaveLength(2);
  });

  it('never repeats a call that may have been written', async () => {
    const { provider, heard } = await scripted([(response) => void response.destroy()], HASTY);
    const outcomes = [
      await provider.chargeMandate(charge()),
      await provider.completeCheckout(complete()),
      await provider.refund(refund()),
      await provider.deactivateMandate(MANDATE),
    ];
    expect(outcomes.map(({ kind }) => kind)).toEqual(['unknown', 'unknown', 'unknown', 'unknown']);
    expect(heard).toHaveLength(4);
  });
});

describe('an approval', () => {
  it('of which nothing was written is tried again; one that came too late is not', async () => {
    const { provider, lines } = adapterAt(NOBODY, HASTY);
    expect(await provider.completeCheckout(complete())).toMatchObject({ why: 'connect', proof: 'not_written' });
    expect(lines.map((line) => line['try'])).toEqual([1, 2, 3]);
    const late = await scripted([replay('approve-money')]);
    await late.provider.completeCheckout(complete({ mayWrite: () => false }));
    expect(late.lines.map((line) => line['try'])).toEqual([1]);
  });
});

describe('the adapter', () => {
  it('says what it can do', () => {
    const { provider } = adapterAt(NOBODY, { PILLIVERY_PAYMENTS__KAKAOPAY__WITNESS: 'suggest' });
    expect(provider.capabilities).toEqual({
      lostCharge: 'witness',
      witness: 'suggest',
      notChargedAfterMs: 30 * 60_000,
      sessionWindowMs: 15 * 60_000,
      mandateStatus: true,
      blackout: expect.any(Function) as unknown,
    });
    expect([provider.merchantCodeFor('ORDER'), provider.merchantCodeFor('MANDATE_UPDATE')]).toEqual([
      'TC0ONETIME',
      'TCSUBSCRIP',
    ]);
  });

  it('trusts no webhook, for KakaoPay sends none', () => {
    const { provider } = adapterAt(NOBODY);
    expect(provider.parseWebhook('{}', {})).toEqual({ kind: 'rejected' });
  });

  it('looks first at a doubt when the provider has given up itself', async () => {
    const { provider } = await scripted([error(-500)]);
    const outcome = await provider.chargeMandate(charge());
    const afterMs = outcome.kind === 'unknown' ? outcome.lookAt.getTime() - NOON.getTime() : 0;
    expect(afterMs).toBeGreaterThanOrEqual(15_000);
  });
});
