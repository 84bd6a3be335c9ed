import { Flags } from '@oclif/core';
import { PilliveryCommand } from '../../src/cli/command.ts';
import { EXIT_CODES } from '../../src/cli/exit-codes.ts';
import { atLeastOne, by, day } from '../../src/cli/flags.ts';

export default class BillReconcile extends PilliveryCommand {
  static override summary = 'compare the books with the provider and with themselves';
  static override description = `Payments and refunds in doubt are asked for and settled where the evidence decides them; approved payments of the
window are compared with what the provider shows; orders, cycles, dates, fences and histories with each other.
A final state is never changed: a difference becomes a person's, once. Everything decided by hand needs --note.

--after-restore compares what can be compared and then lets a database charge again that is older than the last
charge of this machine. While charges are known to be missing from it, it says how many and waits for --confirm.

Exit codes: 0 clean, 3 somebody must look, 75 the provider could not be asked or it was told to stop.`;
  static override examples = [
    '<%= config.bin %> bill reconcile',
    '<%= config.bin %> bill reconcile --from 2026-11-01 --to 2026-11-30 --rate 50 --json',
    '<%= config.bin %> bill reconcile --unknown-only --accept-unmoved --note "no such charge in the merchant console"',
    '<%= config.bin %> bill reconcile --audit http://127.0.0.1:8090/sandbox/ledger.jsonl',
  ];
  static override enableJsonFlag = true;
  static override flags = {
    from: day({ summary: 'first business date; three days before the last one if left out' }),
    to: day({ summary: 'last business date; today if left out' }),
    attempt: Flags.string({ summary: 'just this payment', helpValue: 'ID' }),
    'unknown-only': Flags.boolean({ summary: 'just what is in doubt' }),
    audit: Flags.string({ summary: "the sandbox's ledger, line by line", helpValue: 'URL|FILE' }),
    'accept-unmoved': Flags.boolean({ summary: 'close what a witness says was not charged' }),
    resolve: Flags.string({
      summary: 'say what became of a payment in doubt; may be given again',
      helpValue: 'ID=approved:REF|not-charged|refunded-outside',
      multiple: true,
    }),
    attach: Flags.string({
      summary: 'give an approved payment its payment id; may be given again',
      helpValue: 'ID=REF',
      multiple: true,
    }),
    'after-restore': Flags.boolean({ summary: 'let a restored database charge again' }),
    confirm: atLeastOne({ summary: 'with --after-restore, how many lost charges have been seen to' }),
    note: Flags.string({ summary: 'why, in 10 to 300 characters, for the audit log', helpValue: 'TEXT' }),
    by: by(),
    rate: atLeastOne({ summary: 'questions a second to the provider at most; 20 if left out' }),
    'dry-run': Flags.boolean({ summary: 'ask and compare, and write nothing' }),
  };

  async run() {
    const { flags } = await this.parse(BillReconcile);
    const { describeReconciliation, reconcile } = await import('../../src/billing/index.ts');
    const { listenForShutdown } = await import('../../src/platform/shutdown.ts');
    const shutdown = listenForShutdown(EXIT_CODES.notFinished.code);
    try {
      const document = await this.withApp(flags, (app) =>
        reconcile(app, {
          ...flags,
          attemptId: flags.attempt,
          unknownOnly: flags['unknown-only'],
          acceptUnmoved: flags['accept-unmoved'],
          afterRestore: flags['after-restore'],
          dryRun: flags['dry-run'],
          stop: shutdown.signal,
        }),
      );
      this.log(describeReconciliation(document));
      this.leaveWith(document.exitCode);
      return document;
    } finally {
      shutdown.release();
    }
  }
}
