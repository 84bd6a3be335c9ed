import type { Log } from '../../platform/log.ts';
import type { Metrics } from '../../platform/metrics.ts';
import type { PaymentProviderName } from '../../schema.ts';
import type { RawCodes } from '../provider.ts';

/** What a log line says of a call besides its outcome. No tokens, no customer: ids, an amount, and nothing else. */
export interface CallFacts {
  attemptId?: string | undefined;
  refundId?: string | undefined;
  orderRef?: string | undefined;
  /** What the provider calls the payment. */
  providerRef?: string | undefined;
  amount?: number | undefined;
  requestId?: string | undefined;
}

/** One try on the wire, or one that was refused before it. */
export interface CallReport {
  op: string;
  facts: CallFacts;
  /** From 1; 0 where none was made. */
  tryNumber: number;
  httpStatus?: number;
  /** What the operation makes of the answer. */
  outcome: { kind: string };
  /** What the answer was, before the operation narrowed it; it knows best why. */
  verdict: { kind: string };
  ms: number;
  /** Whether a byte may have left. */
  sent: boolean;
  breaker: string;
  /** A code that no table lists. */
  unlisted?: string;
}

export interface CallSigns {
  called(report: CallReport): void;
  /** Refused before the network: no call, which the guard has counted by itself. */
  refused(report: CallReport): void;
}

/** Labels hold no ids: a code that does not look like one is not made a label. */
const CODE = /^[\w./-]{1,40}$/;

/** Seconds, around the read deadlines of the operations. */
const BUCKETS = [0.05, 0.1, 0.25, 0.5, 1, 2, 3, 5, 8, 11, 15, 20, 30];

/** One log line per provider call, and the metrics of it. */
export function openCallSigns(
  provider: PaymentProviderName,
  { log, metrics }: { log: Log; metrics: Metrics },
): CallSigns {
  const calls = metrics.counter('pillivery_provider_calls_total', 'Calls to payment providers', [
    'provider',
    'op',
    'outcome',
  ]);
  const seconds = metrics.histogram(
    'pillivery_provider_call_seconds',
    'Time of one call on the wire',
    ['provider', 'op'],
    BUCKETS,
  );
  const unlistedCodes = metrics.counter(
    'pillivery_provider_unlisted_code_total',
    'Codes of payment providers that no table lists',
    ['provider', 'code'],
  );

  const writeLine = (report: CallReport): void => log[levelOf(report)](lineOf(provider, report), 'provider call');

  const tellUnlisted = (op: string, unlisted: string): void => {
    const code = CODE.test(unlisted) ? unlisted : 'other';
    unlistedCodes.inc({ provider, code });
    const line = { event: 'provider_unlisted_code', provider, op, provider_code: code };
    log.warn(line, 'a code of the payment provider is in no table');
  };

  return {
    called(report) {
      const { op, outcome, ms, unlisted } = report;
      calls.inc({ provider, op, outcome: outcome.kind });
      seconds.observe({ provider, op }, ms / 1_000);
      writeLine(report);
      if (unlisted !== undefined) tellUnlisted(op, unlisted);
    },
    refused: writeLine,
  };
}

/** The fields that some outcomes have. */
type Told = {
  kind: string;
  why?: string;
  what?: string;
  group?: string;
  codes?: RawCodes;
  paymentId?: string;
  sessionId?: string;
};

/** What somebody may want to look into; declines are everyday life. */
const DOUBTFUL = ['unknown', 'look_up', 'provider_down'];

function levelOf({ outcome, verdict }: CallReport): 'info' | 'warn' | 'error' {
  const { why }: Told = verdict;
  if (why === 'mismatch' || outcome.kind === 'rejected_by_config') return 'error';
  return DOUBTFUL.includes(outcome.kind) ? 'warn' : 'info';
}

function lineOf(provider: string, { op, facts, tryNumber, outcome, ...report }: CallReport): object {
  const told: Told = outcome;
  const verdict: Told = report.verdict;
  const codes = told.codes ?? verdict.codes;
  return defined({
    event: 'provider_call',
    provider,
    op,
    attempt_id: facts.attemptId,
    refund_id: facts.refundId,
    order_ref: facts.orderRef,
    try: tryNumber,
    http_status: report.httpStatus,
    outcome: outcome.kind,
    why: verdict.why ?? verdict.what,
    group: told.group,
    provider_code: codes?.code,
    provider_message: codes?.message,
    provider_ref: told.paymentId ?? told.sessionId ?? facts.providerRef,
    amount: facts.amount,
    ms: Math.round(report.ms),
    sent: report.sent,
    breaker: report.breaker,
    request_id: facts.requestId,
  });
}

const defined = (fields: Record<string, unknown>): object =>
  Object.fromEntries(Object.entries(fields).filter(([, value]) => value !== undefined));
