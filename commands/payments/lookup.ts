import { PilliveryCommand } from '../../src/cli/command.ts';
import { attempt, by } from '../../src/cli/flags.ts';

export default class PaymentsLookup extends PilliveryCommand {
  static override summary = 'ask the provider about a payment now';
  static override description = `What is conclusive is booked: a payment that was made settles, one that certainly was not is released.
No money is moved by asking. Exit code 75 when the provider is away.`;
  static override examples = ['<%= config.bin %> payments lookup pa_0123456789abcdefghjkmnpqrs'];
  static override enableJsonFlag = true;
  static override args = { attempt: attempt() };
  static override flags = { by: by() };

  async run() {
    const { args, flags } = await this.parse(PaymentsLookup);
    const { describePayment, lookUpNow, operatorNamed, readPayment } = await import('../../src/payments/index.ts');
    const attemptId = args.attempt;
    const payment = await this.withApp(flags, async (app) => {
      const lookedUp = await lookUpNow(app, { attemptId, actor: operatorNamed(flags.by) });
      return readPayment(app, attemptId, lookedUp);
    });
    this.log(describePayment(payment));
    return payment;
  }
}
