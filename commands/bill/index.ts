import { Flags } from '@oclif/core';
import { PilliveryCommand } from '../../src/cli/command.ts';
import { EXIT_CODES } from '../../src/cli/exit-codes.ts';
import { day } from '../../src/cli/flags.ts';

export default class Bill extends PilliveryCommand {
  static override summary = 'charge every subscription due on a day';
  static override description = `Each billing cycle is charged at most once, however often this runs and wherever it was killed.
Charges whose answer was lost are listed as unknown and are never sent again.

Exit codes: 0 all settled, 2 bad date or flag, 3 a person must look, 4 another runner is at it, 75 run again, 78 not set up.`;
  static override examples = ['<%= config.bin %> bill --date 2026-11-22'];
  static override enableJsonFlag = true;
  static override flags = {
    date: day({ summary: 'billing date; today in the shop time zone if left out' }),
    'dry-run': Flags.boolean({ summary: 'show what would be charged, charge nothing' }),
  };

  async run() {
    const { flags } = await this.parse(Bill);
    const { listenForShutdown } = await import('../../src/platform/shutdown.ts');
    const { describeReport, runBilling } = await import('../../src/billing/index.ts');
    const shutdown = listenForShutdown(EXIT_CODES.notFinished.code);
    try {
      const report = await this.withApp(flags, (app) =>
        runBilling(app, {
          date: flags.date,
          dryRun: flags['dry-run'],
          stop: shutdown.signal,
          onProgress: (progress) => this.logToStderr(JSON.stringify({ event: 'bill.progress', ...progress })),
        }),
      );
      this.log(describeReport(report));
      this.leaveWith(report.exitCode);
      return report;
    } finally {
      shutdown.release();
    }
  }
}
