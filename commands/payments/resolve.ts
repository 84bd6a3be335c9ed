import { Flags } from '@oclif/core';
import { PilliveryCommand } from '../../src/cli/command.ts';
import { attempt, by, moment, operatorNote } from '../../src/cli/flags.ts';

export default class PaymentsResolve extends PilliveryCommand {
  static override summary = 'say what became of a payment in doubt';
  static override description = `It is settled or released exactly as by an answer of the provider. Only an UNKNOWN payment can be resolved, and once.
not-charged is refused until 30 minutes after it was sent, for until then it may still be charged.
refunded-outside says that the money came and went back without our books.`;
  static override examples = [
    '<%= config.bin %> payments resolve pa_0123456789abcdefghjkmnpqrs --as not-charged --note "not in the merchant console"',
  ];
  static override enableJsonFlag = true;
  static override args = { attempt: attempt() };
  static override flags = {
    as: Flags.option({
      summary: 'what the provider has of it',
      options: ['approved', 'not-charged', 'refunded-outside'] as const,
      required: true,
    })(),
    reference: Flags.string({ summary: 'payment id at the provider, with approved', helpValue: 'ID' }),
    'approved-at': moment({ summary: 'when it was approved, with approved; when it was sent if left out' }),
    note: operatorNote(),
    by: by(),
  };

  async run() {
    const { args, flags } = await this.parse(PaymentsResolve);
    const { describePayment, operatorNamed, readPayment, resolutionOf, resolveAttempt } =
      await import('../../src/payments/index.ts');
    const attemptId = args.attempt;
    const resolution = resolutionOf({ ...flags, approvedAt: flags['approved-at'] });
    const payment = await this.withApp(flags, async (app) => {
      await resolveAttempt(app, { attemptId, resolution, note: flags.note, actor: operatorNamed(flags.by) });
      return readPayment(app, attemptId);
    });
    this.log(describePayment(payment));
    return payment;
  }
}
