import { PilliveryCommand } from '../../src/cli/command.ts';
import { attempt, by, operatorNote } from '../../src/cli/flags.ts';

export default class PaymentsAcknowledge extends PilliveryCommand {
  static override summary = 'clear the alarm of a payment whose matter is finished';
  static override description =
    'For example a duplicate approval that was refunded. A payment in doubt is resolved instead.';
  static override examples = [
    '<%= config.bin %> payments acknowledge pa_0123456789abcdefghjkmnpqrs --note "the duplicate was refunded"',
  ];
  static override enableJsonFlag = true;
  static override args = { attempt: attempt() };
  static override flags = { note: operatorNote(), by: by() };

  async run() {
    const { args, flags } = await this.parse(PaymentsAcknowledge);
    const { acknowledge, describePayment, operatorNamed, readPayment } = await import('../../src/payments/index.ts');
    const attemptId = args.attempt;
    const payment = await this.withApp(flags, async (app) => {
      await acknowledge(app, { attemptId, note: flags.note, actor: operatorNamed(flags.by) });
      return readPayment(app, attemptId);
    });
    this.log(describePayment(payment));
    return payment;
  }
}
