import { Flags } from '@oclif/core';
import type { App } from '../../src/app.ts';
import type { BillReport, Progress } from '../../src/billing/index.ts';
import { PilliveryCommand, type CommonFlags } from '../../src/cli/command.ts';
import { EXIT_CODES } from '../../src/cli/exit-codes.ts';
import { atLeastOne, count, day, ids, length } from '../../src/cli/flags.ts';
import type { Shutdown } from '../../src/platform/shutdown.ts';

/** Outside the bank's night, and with three hours of repeats before the working day. */
const EVERY_NIGHT = '0 2 * * *';
/** What belongs to one run only. */
const NOT_FOR_ONE_RUN = [{ type: 'none' as const, flags: ['date', 'dry-run', 'only', 'limit', 'retries'] }];

export default class Bill extends PilliveryCommand {
  static override summary = 'charge every subscription due on a day';
  static override description = `Each billing cycle is charged at most once, however often this runs and wherever it was killed. There is
nothing to resume: every start takes up what an earlier one has left. Charges whose answer was lost are
unknown and are never sent again.

Exit codes: 0 all settled, 1 a bug, 2 wrong words, 3 a person must look, 4 another runner is at it, 75 run again,
78 not set up. Several at once: 1, then 75, then 3.`;
  static override examples = [
    '<%= config.bin %> bill',
    '<%= config.bin %> bill --date 2026-11-22 --dry-run',
    '<%= config.bin %> bill --concurrency 32 --deadline 04:30 --json',
    '<%= config.bin %> bill --cron "0 2 * * *"',
  ];
  static override enableJsonFlag = true;
  static override flags = {
    date: day({ summary: 'billing date; today in the shop time zone if left out' }),
    'dry-run': Flags.boolean({ summary: 'show what would be charged and what not, write and charge nothing' }),
    only: ids({ summary: 'just these subscriptions; such a run never completes the date' }),
    limit: atLeastOne({ summary: 'charges to send at most; 75 when more remain' }),
    concurrency: atLeastOne({ summary: 'provider calls in flight; billing.concurrency if left out', max: 256 }),
    rate: atLeastOne({ summary: 'charges per second at most' }),
    'catch-up-days': count({ summary: 'charge due dates up to so many days old; billing.catchUpDays if left out' }),
    deadline: Flags.string({ summary: 'take no more work after this', helpValue: '90m|HH:MM' }),
    'breaker-patience': length({ summary: 'time in all to wait while a provider is down' }),
    join: Flags.boolean({ summary: 'work beside a live runner of the same date' }),
    retries: count({ summary: 'run again so often after exit 75' }),
    'retry-after': length({ summary: 'time between such runs', default: '1h' }),
    daemon: Flags.boolean({ summary: 'stay, and bill every day at two in the night', relationships: NOT_FOR_ONE_RUN }),
    cron: Flags.string({
      summary: 'stay, and bill by this schedule',
      helpValue: 'EXPR',
      relationships: NOT_FOR_ONE_RUN,
    }),
    quiet: Flags.boolean({ summary: 'no progress' }),
    'metrics-file': Flags.string({ summary: "figures for Prometheus' textfile collector", helpValue: 'FILE' }),
  };

  async run() {
    const { flags } = await this.parse(Bill);
    const { listenForShutdown } = await import('../../src/platform/shutdown.ts');
    const { describeReport } = await import('../../src/billing/index.ts');
    const shutdown = listenForShutdown(EXIT_CODES.notFinished.code);
    try {
      const settings = await settingsFrom(flags);
      if (flags.daemon || flags.cron !== undefined) return await this.#stay(flags, shutdown, settings);
      const report = await this.withApp(flags, (app) => this.#bill(app, flags, shutdown), settings);
      this.log(describeReport(report));
      this.leaveWith(report.exitCode);
      return report;
    } finally {
      shutdown.release();
    }
  }

  /** Each run tells its own report: with --json one document a line. */
  async #stay(flags: BillFlags, shutdown: Shutdown, settings: Settings): Promise<undefined> {
    const { describeReport, keepBilling } = await import('../../src/billing/index.ts');
    const interrupted = await this.withApp(
      flags,
      (app) => {
        const bill = async (date: string): Promise<BillReport> => {
          const report = await this.#bill(app, { ...flags, date }, shutdown);
          process.stdout.write(`${this.jsonEnabled() ? JSON.stringify(report) : describeReport(report)}\n`);
          return report;
        };
        return keepBilling(app, { cron: flags.cron ?? EVERY_NIGHT, bill, stop: shutdown.signal });
      },
      settings,
    );
    this.leaveWith(interrupted?.exitCode ?? 0);
  }

  /** A process that stays has told its reports already. */
  override logJson(document: unknown): void {
    if (document !== undefined) super.logJson(document);
  }

  async #bill(app: App, flags: BillFlags, { signal }: Shutdown): Promise<BillReport> {
    const { onlyFrom, runWithRetries, writeMetricsFile } = await import('../../src/billing/index.ts');
    const { lengthMs } = await import('../../src/platform/calendar.ts');
    const watch = await this.#watch(app, flags);
    const request = {
      date: flags.date,
      dryRun: flags['dry-run'],
      only: flags.only === undefined ? undefined : await onlyFrom(flags.only),
      limit: flags.limit,
      rate: flags.rate,
      deadline: flags.deadline,
      join: flags.join,
      stop: signal,
      onProgress: watch.onProgress,
    };
    const again = { retries: flags.retries ?? 0, afterMs: lengthMs(flags['retry-after'] ?? '1h') ?? 0 };
    const report = await runWithRetries(app, request, again).finally(watch.end);
    const { metricsFile } = app.config.billing;
    if (metricsFile && !report.dryRun) await writeMetricsFile(app, metricsFile, report);
    return report;
  }

  /** Live lines for a person at a terminal, JSON lines for everybody else. */
  async #watch(app: App, { quiet, 'dry-run': isDry }: BillFlags): Promise<Watch> {
    if (quiet || isDry) return { end: async () => undefined };
    const { describeProgress, RUN_STEPS, showProgress } = await import('../../src/billing/index.ts');
    if (this.jsonEnabled() || !process.stdout.isTTY) {
      return {
        onProgress: showProgress(app.clock, (line) => process.stderr.write(`${line}\n`)),
        end: async () => undefined,
      };
    }
    const { showSteps } = await import('../../src/cli/live-steps.ts');
    const live = showSteps(RUN_STEPS);
    return { onProgress: (progress) => live.tell(progress.step, describeProgress(progress)), end: live.end };
  }
}

interface Watch {
  onProgress?: ((progress: Progress) => void) | undefined;
  end(): Promise<void>;
}

type Settings = Record<string, string | undefined>;

interface BillFlags extends CommonFlags {
  date?: string | undefined;
  'dry-run': boolean;
  only?: string | undefined;
  limit?: number | undefined;
  concurrency?: number | undefined;
  rate?: number | undefined;
  'catch-up-days'?: number | undefined;
  deadline?: string | undefined;
  'breaker-patience'?: string | undefined;
  join: boolean;
  retries?: number | undefined;
  'retry-after'?: string | undefined;
  daemon: boolean;
  cron?: string | undefined;
  quiet: boolean;
  'metrics-file'?: string | undefined;
}

/** Flags that are settings under another name. */
async function settingsFrom(flags: BillFlags): Promise<Settings> {
  const { lengthMs } = await import('../../src/platform/calendar.ts');
  const patience = flags['breaker-patience'];
  const seconds = patience === undefined ? undefined : (lengthMs(patience) ?? 0) / 1_000;
  return {
    'billing.concurrency': flags.concurrency?.toString(),
    'billing.catchUpDays': flags['catch-up-days']?.toString(),
    'billing.breakerPatienceSeconds': seconds?.toString(),
    'billing.metricsFile': flags['metrics-file'],
  };
}
