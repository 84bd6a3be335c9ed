import { Args, Flags } from '@oclif/core';
import { PilliveryCommand } from '../../../src/cli/command.ts';
import { by, note, refundReason, won } from '../../../src/cli/flags.ts';

export default class PaymentsRefund extends PilliveryCommand {
  static override summary = 'give money back on a payment';
  static override description = `The amount is reserved at once; a running server sends it to the provider. An order stands for the payment that
paid it. An attempt may also be one that came twice: it is given back in full and leaves the order as it is.

Exit codes: 0 reserved and waiting to be sent, 1 nothing of it can be refunded or it is more than is left.`;
  static override examples = [
    '<%= config.bin %> payments refund PV20261122-7K3M9X2Q --amount 5000 --reason DEFECTIVE --note "one jar was broken"',
    '<%= config.bin %> payments refund pa_01hzy3v5w8q2k4m6n8p0r2t4v6 --full --reason DUPLICATE_PAYMENT --note "paid twice"',
  ];
  static override enableJsonFlag = true;
  static override args = {
    payment: Args.string({ description: 'id of an attempt (pa_…) or number of an order', required: true }),
  };
  static override flags = {
    amount: won({ summary: 'won to give back', exactlyOne: ['amount', 'full'] }),
    full: Flags.boolean({ summary: 'give back all that is left' }),
    reason: refundReason({ summary: 'why, as statistics say it', required: true }),
    note: note({ summary: 'why, in words; the customer may read them', required: true }),
    by: by(),
    'cancel-subscriptions': Flags.boolean({ summary: 'end the subscriptions of the order once all of it is back' }),
    key: Flags.string({ summary: 'name of this refund: given again it is the same one', helpValue: 'KEY' }),
  };

  async run() {
    const { args, flags } = await this.parse(PaymentsRefund);
    const { describeRefund, operatorNamed, refundByHand, toRefundDocument } =
      await import('../../../src/payments/index.ts');
    const refund = await this.withApp(flags, (app) =>
      refundByHand(app, {
        reference: args.payment,
        amount: flags.amount ?? 'full',
        reasonCode: flags.reason,
        note: flags.note,
        by: operatorNamed(flags.by),
        cancelSubscriptions: flags['cancel-subscriptions'],
        requestKey: flags.key,
      }),
    );
    this.log(describeRefund(refund));
    return toRefundDocument(refund);
  }
}
