import { PilliveryCommand } from '../../src/cli/command.ts';
import { attempt } from '../../src/cli/flags.ts';

export default class PaymentsShow extends PilliveryCommand {
  static override summary = 'show a payment with its history and evidence';
  static override examples = ['<%= config.bin %> payments show pa_0123456789abcdefghjkmnpqrs'];
  static override enableJsonFlag = true;
  static override args = { attempt: attempt() };

  async run() {
    const { args, flags } = await this.parse(PaymentsShow);
    const { describePayment, readPayment } = await import('../../src/payments/index.ts');
    const payment = await this.withApp(flags, (app) => readPayment(app, args.attempt));
    this.log(describePayment(payment));
    return payment;
  }
}
