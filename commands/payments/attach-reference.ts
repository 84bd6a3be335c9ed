import { Flags } from '@oclif/core';
import { PilliveryCommand } from '../../src/cli/command.ts';
import { attempt, by, operatorNote } from '../../src/cli/flags.ts';

export default class PaymentsAttachReference extends PilliveryCommand {
  static override summary = 'give an approved payment the payment id it lacks';
  static override description = 'A payment that only a witness or a person vouched for cannot be refunded without one.';
  static override examples = [
    '<%= config.bin %> payments attach-reference pa_0123456789abcdefghjkmnpqrs --reference T1234567890123456789 --note "found in the merchant console"',
  ];
  static override enableJsonFlag = true;
  static override args = { attempt: attempt() };
  static override flags = {
    reference: Flags.string({ summary: 'payment id at the provider', helpValue: 'ID', required: true }),
    note: operatorNote(),
    by: by(),
  };

  async run() {
    const { args, flags } = await this.parse(PaymentsAttachReference);
    const { attachReference, describePayment, operatorNamed, readPayment } =
      await import('../../src/payments/index.ts');
    const attemptId = args.attempt;
    const { reference: providerPaymentId, note } = flags;
    const payment = await this.withApp(flags, async (app) => {
      await attachReference(app, { attemptId, providerPaymentId, note, actor: operatorNamed(flags.by) });
      return readPayment(app, attemptId);
    });
    this.log(describePayment(payment));
    return payment;
  }
}
