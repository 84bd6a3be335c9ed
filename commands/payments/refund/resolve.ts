import { Flags } from '@oclif/core';
import { PilliveryCommand } from '../../../src/cli/command.ts';
import { by, note, refund } from '../../../src/cli/flags.ts';

export default class PaymentsRefundResolve extends PilliveryCommand {
  static override summary = 'say what became of a refund in doubt';
  static override description = `Only an UNKNOWN refund can be resolved, and once. Look at the provider's own record first: failed frees the amount, so
that it can be given back by another refund.

Exit codes: 0 it is booked, 1 there is no such refund or it is not in doubt.`;
  static override examples = [
    '<%= config.bin %> payments refund resolve rf_0123456789abcdefghjkmnpqrs --as succeeded --note "seen in the merchant console"',
  ];
  static override enableJsonFlag = true;
  static override args = { refund: refund() };
  static override flags = {
    as: Flags.option({
      summary: 'what the provider has of it',
      options: ['succeeded', 'failed'] as const,
      required: true,
    })(),
    reference: Flags.string({ summary: 'id of the refund at the provider, with succeeded', helpValue: 'ID' }),
    note: note({ summary: 'why, for the audit log', required: true }),
    by: by(),
  };

  async run() {
    const { args, flags } = await this.parse(PaymentsRefundResolve);
    const { describeRefund, operatorNamed, resolveRefund, toRefundDocument } =
      await import('../../../src/payments/index.ts');
    const resolved = await this.withApp(flags, (app) =>
      resolveRefund(app, {
        refundId: args.refund,
        result: flags.as === 'succeeded' ? 'SUCCEEDED' : 'FAILED',
        providerRefundId: flags.reference,
        note: flags.note,
        by: operatorNamed(flags.by),
      }),
    );
    this.log(describeRefund(resolved));
    return toRefundDocument(resolved);
  }
}
