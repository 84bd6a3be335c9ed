import { Args, Flags } from '@oclif/core';
import { PilliveryCommand } from '../../src/cli/command.ts';
import { atLeastOne, by } from '../../src/cli/flags.ts';

/** Rows named on the terminal; --json names them all. */
const MOST_SHOWN = 20;

export default class CatalogImport extends PilliveryCommand {
  static override summary = 'create and change items from a CSV or JSON file';
  static override description = `Items are found again by statementNumber. Columns are the fields of an item or the names of the food safety authority
(PRDUCT, ENTRPS, STTEMNT_NO and so on); a column that is not there keeps what is stored. The file is UTF-8: CSV with a
header, or a JSON array of objects. A row that cannot be used is told and passed over, and the others are imported; a
second run of the same file changes nothing.

Exit codes: 0 every row is in, 3 rows were rejected.`;
  static override examples = [
    '<%= config.bin %> catalog import items.csv --dry-run',
    '<%= config.bin %> catalog import items.json --default-origin-price 30000',
  ];
  static override enableJsonFlag = true;
  static override args = { file: Args.string({ description: 'a .csv or .json file', required: true }) };
  static override flags = {
    'dry-run': Flags.boolean({ summary: 'say what would change, change nothing' }),
    'default-origin-price': atLeastOne({
      summary: 'list price of new items that say none; they stay hidden',
      max: 100_000_000,
    }),
    by: by(),
  };

  async run() {
    const { args, flags } = await this.parse(CatalogImport);
    const { describeImport, importFile } = await import('../../src/catalog/index.ts');
    const report = await this.withApp(flags, (app) =>
      importFile(app, {
        file: args.file,
        dryRun: flags['dry-run'],
        defaultOriginPrice: flags['default-origin-price'],
        by: flags.by,
        tell: (line) => this.logToStderr(line),
      }),
    );
    this.log(describeImport(report, MOST_SHOWN));
    if (report.rejectedRows > 0) this.leaveWith('personNeeded');
    return report;
  }
}
