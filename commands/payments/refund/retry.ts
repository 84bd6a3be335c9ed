import { PilliveryCommand } from '../../../src/cli/command.ts';
import { by, note, refund } from '../../../src/cli/flags.ts';

export default class PaymentsRefundRetry extends PilliveryCommand {
  static override summary = 'have a failed refund sent once more';
  static override description = `The amount is reserved anew, unless other refunds have taken it in the meantime; a running server sends it.

Exit codes: 0 reserved and waiting to be sent, 1 there is no such refund, it has not failed, or too little is left.`;
  static override examples = [
    '<%= config.bin %> payments refund retry rf_0123456789abcdefghjkmnpqrs --note "the account can be paid again"',
  ];
  static override enableJsonFlag = true;
  static override args = { refund: refund() };
  static override flags = {
    note: note({ summary: 'why, for the audit log', required: true }),
    by: by(),
  };

  async run() {
    const { args, flags } = await this.parse(PaymentsRefundRetry);
    const { describeRefund, operatorNamed, retryRefund, toRefundDocument } =
      await import('../../../src/payments/index.ts');
    const retried = await this.withApp(flags, (app) =>
      retryRefund(app, { refundId: args.refund, note: flags.note, by: operatorNamed(flags.by) }),
    );
    this.log(describeRefund(retried));
    return toRefundDocument(retried);
  }
}
