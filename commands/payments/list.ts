import { Flags } from '@oclif/core';
import { PilliveryCommand } from '../../src/cli/command.ts';
import { attemptPurpose, attemptState, count, day } from '../../src/cli/flags.ts';

export default class PaymentsList extends PilliveryCommand {
  static override summary = 'list payments that somebody must look after';
  static override description = `Without a filter: first what needs a person, then what else is in doubt, oldest first.
With one: every payment attempt that answers it, newest first.`;
  static override examples = [
    '<%= config.bin %> payments list',
    '<%= config.bin %> payments list --state UNKNOWN --json',
  ];
  static override enableJsonFlag = true;
  static override flags = {
    'needs-operator': Flags.boolean({ summary: 'only those that need a person' }),
    state: attemptState({ summary: 'only those in this state' }),
    purpose: attemptPurpose({ summary: 'only those for this' }),
    from: day({ summary: 'only those made on this day or later' }),
    to: day({ summary: 'only those made on this day or earlier' }),
    limit: count({ summary: 'show at most so many; 50 if left out' }),
  };

  async run() {
    const { flags } = await this.parse(PaymentsList);
    const { describePayments, readPayments } = await import('../../src/payments/index.ts');
    const { state, purpose, from, to, limit } = flags;
    const needsOperator = flags['needs-operator'] || undefined;
    const payments = await this.withApp(flags, (app) =>
      readPayments(app, { needsOperator, state, purpose, from, to, limit }),
    );
    this.log(describePayments(payments));
    return payments;
  }
}
