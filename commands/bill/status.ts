import { Flags } from '@oclif/core';
import { PilliveryCommand } from '../../src/cli/command.ts';
import { atLeastOne, day, length } from '../../src/cli/flags.ts';

export default class BillStatus extends PilliveryCommand {
  static override summary = 'show how billing stands';
  static override description = `The newest runs, runners at work, payments whose answer is not known, what waits for a person, open cycles and
what falls due on the next seven days.

With --check, exit codes: 0 healthy, 3 a person must look, 75 the last complete run is too old, or today's is
missing after billing.deadManAt.`;
  static override examples = [
    '<%= config.bin %> bill status',
    '<%= config.bin %> bill status --date 2026-11-22 --json',
    '<%= config.bin %> bill status --check --max-age 26h',
  ];
  static override enableJsonFlag = true;
  static override flags = {
    date: day({ summary: 'only the run of this business date' }),
    last: atLeastOne({ summary: 'so many of the newest runs; 10 if left out', max: 1_000 }),
    check: Flags.boolean({ summary: 'leave with the code that says whether billing is healthy' }),
    'max-age': length({ summary: 'how old the last complete run may be; 26h if left out' }),
  };

  async run() {
    const { flags } = await this.parse(BillStatus);
    const { describeStatus, readStatus } = await import('../../src/billing/index.ts');
    const { lengthMs } = await import('../../src/platform/calendar.ts');
    const { date, last, check } = flags;
    const maxAgeMs = flags['max-age'] === undefined ? undefined : lengthMs(flags['max-age']);
    const status = await this.withApp(flags, (app) => readStatus(app, { date, last, maxAgeMs }));
    this.log(describeStatus(status));
    if (check) this.leaveWith(status.health.exitCode);
    return status;
  }
}
