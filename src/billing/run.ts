import type { App } from '../app.ts';
import { markSilent, readyPayments } from '../payments/index.ts';
import { addDays, dayIn, isDay } from '../platform/calendar.ts';
import { InvalidInput } from '../platform/errors.ts';
import { dryRun } from './dry-run.ts';
import { findInDoubt, findOverdue, type Window } from './due.ts';
import { chargeAll } from './engine.ts';
import { composeReport, noCounts, type BillReport, type CodeCount, type Counters, type Reason } from './report.ts';
import { endRunner, heartbeat, startRunner, type Runner } from './runner.ts';
import { attemptSource } from './source.ts';

export interface BillRequest {
  /** The billing date; today in the shop's zone when left out. */
  date?: string | undefined;
  dryRun?: boolean;
  /** Aborted when the run should stop taking work, finish what it holds and leave. */
  stop?: AbortSignal;
  onProgress?: (progress: Progress) => void;
}

export interface Progress extends Counters {
  date: string;
  runId: string;
}

const PROGRESS_EVERY_MS = 5_000;

/**
 * Charges every subscription due on a date, each cycle at most once. May be killed at any point and run again: what was
 * created is taken over, what was sent and never answered is unknown and is not sent again. Throws `InvalidInput` for a
 * date that is none or lies ahead, `Misconfigured` without provider keys, `Conflict` while another runner is at it.
 */
export async function runBilling(app: App, request: BillRequest = {}): Promise<BillReport> {
  const window = windowOf(app, request.date);
  if (request.dryRun) return dryRun(app, window);
  await readyPayments(app);
  const runner = await startRunner(app, window.date);
  return new Run(app, runner, window, request).toEnd();
}

function windowOf({ config, clock }: App, given: string | undefined): Window {
  const today = dayIn(config.shop.timeZone, clock.now());
  const date = given ?? today;
  if (!isDay(date)) throw new InvalidInput('DATE_INVALID', `${date} is no calendar day; give one as YYYY-MM-DD.`);
  if (date > today) {
    throw new InvalidInput('DATE_IN_FUTURE', `${date} lies ahead of today, ${today}; bill that day when it has come.`);
  }
  return { date, oldest: addDays(date, -config.billing.catchUpDays) };
}

/** One run: its counters, its reasons, and the timers that live as long as it does. */
class Run {
  readonly #app: App;
  readonly #runner: Runner;
  readonly #window: Window;
  readonly #request: BillRequest;
  readonly #counters = noCounts();
  readonly #codes = new Map<string, CodeCount>();
  readonly #reasons = new Set<Reason>();
  readonly #lost = new AbortController();

  constructor(app: App, runner: Runner, window: Window, request: BillRequest) {
    this.#app = app;
    this.#runner = runner;
    this.#window = window;
    this.#request = request;
  }

  async toEnd(): Promise<BillReport> {
    const startedAt = this.#app.clock.now();
    const timers = this.#startTimers();
    try {
      await markSilent(this.#app);
      const chargingSeconds = this.#app.payments.halted() ? 0 : await this.#charge();
      const report = await this.#report(startedAt, chargingSeconds);
      await endRunner(this.#app, this.#runner, {
        exitCode: report.exitCode,
        complete: report.exitCode !== 75 && report.exitCode !== 1,
        report,
      });
      return report;
    } catch (error) {
      await this.#giveUp();
      throw error;
    } finally {
      timers.forEach((timer) => clearInterval(timer));
    }
  }

  #startTimers(): NodeJS.Timeout[] {
    const { onProgress } = this.#request;
    const progress = (): void =>
      onProgress?.({ ...this.#counters, date: this.#runner.date, runId: this.#runner.runId });
    return [
      setInterval(() => void this.#beat(), this.#app.config.billing.heartbeatSeconds * 1_000),
      setInterval(progress, PROGRESS_EVERY_MS),
    ];
  }

  /** A heartbeat that fails is no reason to stop: each claim asks for the lease again. */
  async #beat(): Promise<void> {
    try {
      if (!(await heartbeat(this.#app, this.#runner))) this.#lost.abort();
    } catch (err) {
      this.#app.log.warn({ err }, 'the heartbeat of this runner failed');
    }
  }

  async #charge(): Promise<number> {
    const { clock } = this.#app;
    const stop = AbortSignal.any([this.#lost.signal, ...(this.#request.stop ? [this.#request.stop] : [])]);
    const started = clock.monotonicMs();
    await chargeAll({
      app: this.#app,
      runner: this.#runner,
      next: attemptSource(this.#app, this.#runner, this.#window, this.#counters),
      counters: this.#counters,
      codes: this.#codes,
      reasons: this.#reasons,
      stop,
    });
    if (this.#lost.signal.aborted) this.#reasons.add('LEASE_LOST');
    if (this.#request.stop?.aborted) this.#reasons.add('INTERRUPTED');
    return (clock.monotonicMs() - started) / 1_000;
  }

  async #report(startedAt: Date, chargingSeconds: number): Promise<BillReport> {
    if (this.#app.payments.halted()) this.#reasons.add('LEDGER_OLDER');
    const unknown = await findInDoubt(this.#app, 'UNKNOWN');
    const sentElsewhere = await findInDoubt(this.#app, 'SENT');
    const overdue = await findOverdue(this.#app, this.#window);
    if (unknown.count > 0) this.#reasons.add('UNKNOWN');
    if (sentElsewhere.count > 0) this.#reasons.add('SENT_ELSEWHERE');
    if (overdue.count > 0) this.#reasons.add('OVERDUE');
    if (this.#counters.withoutMethod > 0) this.#reasons.add('WITHOUT_METHOD');
    return composeReport({
      date: this.#runner.date,
      timeZone: this.#app.config.shop.timeZone,
      runId: this.#runner.runId,
      runnerId: this.#runner.id,
      dryRun: false,
      startedAt,
      endedAt: this.#app.clock.now(),
      counters: this.#counters,
      codes: this.#codes,
      reasons: this.#reasons,
      unknown,
      overdue,
      chargingSeconds,
    });
  }

  /** Leaves the lease behind for the next start, if the database still answers; else it runs out by itself. */
  async #giveUp(): Promise<void> {
    try {
      await endRunner(this.#app, this.#runner, { exitCode: 1, complete: false, report: { ...this.#counters } });
    } catch (err) {
      this.#app.log.warn({ err }, 'the lease could not be given back; it runs out by itself');
    }
  }
}
