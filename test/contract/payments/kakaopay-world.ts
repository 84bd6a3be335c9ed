import { startSandbox } from '../../../src/sandbox/index.ts';
import type { FaultRuleInput } from '../../../src/sandbox/faults/rules.ts';
import { onTestFinished } from 'vitest';
import { openKakaoPay } from '../../../src/payments/providers/kakaopay/index.ts';
import { systemClock } from '../../../src/platform/clock.ts';
import { loadConfig, type Environment } from '../../../src/platform/config/index.ts';
import { openMetrics } from '../../../src/platform/metrics.ts';
import { environmentFor, ROOT, START } from '../../support/environment.ts';
import { recordingLog } from '../../support/recording-log.ts';
import type { Event, OpenWorld, PortOperation, Session } from './world.ts';

type Effect = FaultRuleInput['effect'];
type Op = 'ready' | 'approve' | 'subscription' | 'cancel' | 'order' | 'inactive' | 'status';

const OPS: Record<PortOperation, Op> = {
  begin: 'ready',
  complete: 'approve',
  charge: 'subscription',
  refund: 'cancel',
  lookup: 'order',
  deactivate: 'inactive',
  status: 'status',
};

/** Longer than impatient limits. */
const LATE_MS = 2_000;

const EFFECTS: Record<Event, Effect> = {
  done_answer_lost: { kind: 'commit_drop' },
  not_done_no_answer: { kind: 'drop' },
  done_answer_late: { kind: 'delay', wait: LATE_MS, when: 'after' },
  done_server_error: { kind: 'commit_code', code: 500 },
  server_error: { kind: 'fail', status: 502 },
  nonsense: { kind: 'garbage', form: 'html' },
  other_amount: { kind: 'garbage', form: 'other_amount' },
  maintenance: { kind: 'maintenance' },
  throttled: { kind: 'throttle' },
  no_money: { kind: 'decline', result: 'LACK_BALANCE' },
  bank_closed: { kind: 'decline', result: 'BANK_FIRM_UNAVAILABLE' },
  account_gone: { kind: 'decline', result: 'BANK_ACCOUNT_NOT_FOUND' },
  wrong_key: { kind: 'decline', code: -401 },
  wrong_data: { kind: 'decline', code: -722 },
  customer_busy: { kind: 'decline', result: 'USER_LOCKED' },
  bank_undecided: { kind: 'decline', result: 'BANK_FIRM_UNKNOWN' },
  code_nobody_knows: { kind: 'decline', result: 'SOMETHING_NEW' },
  window_over: { kind: 'expire' },
};

const effectOf = (op: Op, event: Event): Effect =>
  op === 'cancel' && event === 'other_amount'
    ? { kind: 'garbage', form: 'other_field', field: 'approved_cancel_amount.total' }
    : EFFECTS[event];

const inEachGroup = (settings: Record<string, number>): Environment =>
  Object.fromEntries(
    ['PAY', 'CHARGE', 'REFUND', 'LOOKUP'].flatMap((group) =>
      Object.entries(settings).map(([key, value]) => [`PILLIVERY_PAYMENTS__KAKAOPAY__${group}__${key}`, String(value)]),
    ),
  );

/** Further tries come at once. */
const HASTY = inEachGroup({ BACKOFF_MS: 1 });
const IMPATIENT = inEachGroup({ CONNECT_TIMEOUT_MS: 500, READ_TIMEOUT_MS: 500 });

const TOUCHY: Environment = {
  PILLIVERY_PAYMENTS__KAKAOPAY__BREAKER__SIZE: '2',
  PILLIVERY_PAYMENTS__KAKAOPAY__BREAKER__MINIMUM_CALLS: '2',
};

/** The adapter against the sandbox, which takes only requests that the specification allows. */
export const openKakaoPayWorld: OpenWorld = async ({ touchyBreaker = false, impatient = false } = {}) => {
  const clock = systemClock(new Date(START));
  const sandbox = await startSandbox({ clock, strict: true });
  const settings = { ...HASTY, ...(impatient && IMPATIENT), ...(touchyBreaker && TOUCHY) };
  const environment = environmentFor({ databaseUrl: 'sqlite::memory:', sandbox, settings });
  const config = loadConfig({ root: ROOT, cwd: ROOT, environment });
  const provider = openKakaoPay(config, { clock, log: recordingLog(), metrics: openMetrics() });
  onTestFinished(async () => {
    await provider.close();
    await sandbox.close();
  });
  return {
    provider,
    clock,
    finish: (session) => pressApprove(sandbox.url, session),
    forgedQuery: { pg_token: 'forged' },
    provoke: (operation, event) => {
      const op = OPS[operation];
      sandbox.addFault({ match: { op }, effect: effectOf(op, event) });
    },
    calm: () => sandbox.clearFaults(),
    revoke: ({ token }) => sandbox.changeMandate(token, { inactive: true }),
    vanish: () => sandbox.close(),
    executed: () => sandbox.ledger().map(({ op, orderRef, amount }) => ({ op, orderRef, amount })),
    misunderstandings: () => sandbox.stats().strictRejections,
  };
};

async function pressApprove(url: string, { sessionId }: Session): Promise<Record<string, string>> {
  const pressed = await fetch(`${url}/sandbox/checkouts/${sessionId}/approve`, { method: 'POST' });
  const { redirectUrl } = (await pressed.json()) as { redirectUrl: string };
  return Object.fromEntries(new URL(redirectUrl).searchParams);
}
