import { describe, expect, it } from 'vitest';
import { approved, beginning, begun, completion, mandated, recordOf, refundOf, renewal } from './steps.ts';
import type { Event, Mandated, OpenWorld, PortOperation } from './world.ts';

type Expected = Record<string, unknown>;
type Rows = Partial<Record<Event, Expected>>;

const SILENT = { kind: 'unknown', answered: false };
const SERVER_ERROR = { kind: 'unknown', why: 'server_error', answered: true };
const CLOSED = { kind: 'provider_down', why: 'maintenance', proof: 'answered' };
const BUSY = { kind: 'provider_down', why: 'throttled', proof: 'answered', retryAt: expect.any(Date) };
const WRONG_KEY = { kind: 'rejected_by_config', what: 'credentials', scope: 'all' };
const NO_ANSWER = { kind: 'provider_down', why: 'no_answer', proof: 'answered' };

/** Of every call that may move money, or end something for good. */
const MOVES: Rows = {
  done_answer_lost: SILENT,
  not_done_no_answer: SILENT,
  done_answer_late: { ...SILENT, why: 'timeout' },
  done_server_error: SERVER_ERROR,
  server_error: SERVER_ERROR,
  nonsense: { kind: 'unknown', why: 'unparsable' },
  maintenance: CLOSED,
  throttled: BUSY,
  wrong_key: WRONG_KEY,
};

const MISMATCH = { kind: 'unknown', why: 'mismatch', answered: true };

const CHARGES: Rows = {
  ...MOVES,
  other_amount: MISMATCH,
  no_money: { kind: 'declined_soft', group: 'INSUFFICIENT_FUNDS' },
  bank_closed: { kind: 'declined_soft', group: 'ISSUER_TEMPORARY', keepsStep: true, notBefore: expect.any(Date) },
  account_gone: { kind: 'declined_hard', group: 'CLOSED_ACCOUNT' },
  wrong_data: { kind: 'rejected_by_config', what: 'parameter', scope: 'item' },
  customer_busy: { kind: 'unknown', why: 'in_flight', answered: true },
  bank_undecided: { kind: 'unknown', why: 'bank_pending', answered: true, lookAt: expect.any(Date) },
  code_nobody_knows: { kind: 'unknown', why: 'unlisted_code', answered: true },
};

/** Of calls that move nothing: no answer is needed to know that nothing happened. */
const READS: Rows = {
  not_done_no_answer: NO_ANSWER,
  done_answer_late: NO_ANSWER,
  server_error: NO_ANSWER,
  nonsense: NO_ANSWER,
  maintenance: CLOSED,
  throttled: BUSY,
};

const OUTCOMES: Record<PortOperation, Rows> = {
  begin: { ...READS, wrong_key: WRONG_KEY, wrong_data: { kind: 'rejected_by_config', scope: 'item' } },
  complete: { ...CHARGES, window_over: { kind: 'not_completed', why: 'window_expired' } },
  charge: CHARGES,
  refund: { ...MOVES, other_amount: MISMATCH, account_gone: { kind: 'refused' } },
  lookup: { ...READS, wrong_key: { kind: 'inconclusive' } },
  deactivate: MOVES,
  status: { ...READS, wrong_key: WRONG_KEY },
};

/** Everything is made ready before the operation is disturbed. */
const PREPARE: Record<PortOperation, (world: Mandated) => Promise<() => Promise<unknown>>> = {
  async begin(world) {
    const request = beginning(world, 'ORDER');
    return () => world.provider.beginCheckout(request);
  },
  async complete(world) {
    const started = await begun(world);
    const request = completion(started, await world.finish(started.session));
    return () => world.provider.completeCheckout(request);
  },
  charge: async (world) => () => world.provider.chargeMandate(renewal(world)),
  async refund(world) {
    const request = refundOf(await approved(world), 10_000);
    return () => world.provider.refund(request);
  },
  async lookup(world) {
    const paid = await approved(world);
    return () => world.provider.lookup(recordOf(paid.request, { sessionId: paid.session.sessionId }));
  },
  deactivate:
    async ({ provider, mandate }) =>
    () =>
      provider.deactivateMandate(mandate),
  status:
    async ({ provider, mandate }) =>
    () =>
      provider.mandateStatus(mandate),
};

const OPERATIONS = Object.keys(OUTCOMES) as PortOperation[];

const DONE: Event[] = ['done_answer_lost', 'done_answer_late', 'done_server_error', 'nonsense', 'other_amount'];

export function outcomeSuite(open: OpenWorld): void {
  describe.each(OPERATIONS)('%s', (operation) => {
    const rows = Object.entries(OUTCOMES[operation]) as [Event, Expected][];

    it.each(rows)('that meets %s is %j', async (event, expected) => {
      const world = await mandated(open, { impatient: event === 'done_answer_late' });
      const make = await PREPARE[operation](world);
      const before = world.executed().length;
      world.provoke(operation, event);
      const outcome = await make();
      const moves = ['complete', 'charge', 'refund', 'deactivate'].includes(operation);
      expect(outcome).toMatchObject(expected);
      expect(world.executed().length - before).toBe(moves && DONE.includes(event) ? 1 : 0);
      expect(world.misunderstandings()).toBe(0);
    });

    it('that reaches nobody is proof that nothing happened', async () => {
      const world = await mandated(open);
      const make = await PREPARE[operation](world);
      await world.vanish();
      await make(); // may still meet a connection that was open, and prove nothing
      expect(await make()).toMatchObject({ kind: 'provider_down', why: 'connect', proof: 'not_written' });
    });
  });

  describe('an open circuit', () => {
    it('refuses at once, says when to come back, and lets whoever waits for it give up', async () => {
      const world = await mandated(open, { touchyBreaker: true });
      world.provoke('charge', 'server_error');
      for (const request of [renewal(world), renewal(world)]) await world.provider.chargeMandate(request);
      const begun = performance.now();
      const outcome = await world.provider.chargeMandate(renewal(world));
      expect(performance.now() - begun).toBeLessThan(500);
      expect(outcome).toMatchObject({ kind: 'provider_down', why: 'circuit_open', proof: 'local' });
      expect(outcome).toHaveProperty('retryAt');
      expect(world.provider.health()).toBe('down');
      await expect(world.provider.chargesAdmitted(AbortSignal.timeout(10))).resolves.toBeUndefined();
    });
  });

  describe('the provider', () => {
    it('is up, tells what it can do, and takes no webhook that nobody knows', async () => {
      const { provider } = await open();
      expect(provider.health()).toBe('up');
      expect(['lookup', 'witness']).toContain(provider.capabilities.lostCharge);
      expect(provider.parseWebhook('{}', {})).toEqual({ kind: 'rejected' });
      await expect(provider.chargesAdmitted()).resolves.toBeUndefined();
    });
  });
}
