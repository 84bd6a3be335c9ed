import { Flags } from '@oclif/core';
import { PilliveryCommand } from '../src/cli/command.ts';

export default class Verify extends PilliveryCommand {
  static override summary = 'look for rows that break what must always hold';
  static override description = `Reads orders, payments, refunds, subscriptions, cycles, mandates and events in pages, beside a shop at work,
and changes nothing.

Exit codes: 0 everything holds, 3 some rows break it, and they are named.`;
  static override examples = ['<%= config.bin %> verify', '<%= config.bin %> verify --only V2,V3 --json'];
  static override enableJsonFlag = true;
  static override flags = {
    only: Flags.string({ summary: 'just these checks', helpValue: 'V1,…' }),
  };

  /** They are named, as V12. */
  protected override readonly acceptsChangedMigrations = true;

  async run() {
    const { flags } = await this.parse(Verify);
    const { checksNamed, describeVerification, verifyBooks } = await import('../src/billing/index.ts');
    const only = flags.only === undefined ? undefined : checksNamed(flags.only.split(','));
    const document = await this.withApp(flags, (app) => verifyBooks(app, { only }));
    this.log(describeVerification(document));
    this.leaveWith(document.exitCode);
    return document;
  }
}
