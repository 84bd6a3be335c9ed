import { Args } from '@oclif/core';
import { PilliveryCommand } from '../../src/cli/command.ts';

export default class BillExplain extends PilliveryCommand {
  static override summary = 'tell why something was or was not charged';
  static override description = `The story in its order: dates, cycles, payments with every change and its evidence, refunds and notices. Its last
sentence says why it was or was not charged, and what happens next on which date.`;
  static override examples = [
    '<%= config.bin %> bill explain PV20261120-7K3Q9D2M',
    '<%= config.bin %> bill explain pa_0123456789abcdefghjkmnpqrs --json',
  ];
  static override enableJsonFlag = true;
  static override args = {
    subject: Args.string({
      description: 'id of a subscription, number of an order, or a payment as pa_…',
      required: true,
    }),
  };

  async run() {
    const { args, flags } = await this.parse(BillExplain);
    const { describeExplanation, explain } = await import('../../src/billing/index.ts');
    const story = await this.withApp(flags, (app) => explain(app, args.subject));
    this.log(describeExplanation(story));
    return story;
  }
}
