import { Flags } from '@oclif/core';
import { PilliveryCommand } from '../../src/cli/command.ts';
import { count, note } from '../../src/cli/flags.ts';

export default class EventsDiscard extends PilliveryCommand {
  static override summary = 'give up events that shall not be delivered';
  static override description = `A dead or pending event is never delivered afterwards. Of events named one by one, all are taken or none;
all dead ones at once are discarded only when --confirm says how many they are.

Exit codes: 0 they are discarded, 1 there is no such event, it is done, or --confirm says another number, 2 no --confirm.`;
  static override examples = [
    '<%= config.bin %> events discard --id 019a8f3c-5d2e-7c41-9b6a-2f70d1e8c934 --note "told by telephone"',
    '<%= config.bin %> events discard --all-dead --type order.paid --confirm 12 --note "receiver is gone"',
  ];
  static override enableJsonFlag = true;
  static override flags = {
    id: Flags.string({
      summary: 'a dead or pending event; may be given again',
      helpValue: 'ID',
      multiple: true,
      exactlyOne: ['id', 'all-dead'],
    }),
    'all-dead': Flags.boolean({ summary: 'every dead event' }),
    type: Flags.string({
      summary: 'with --all-dead, only events of this type',
      helpValue: 'TYPE',
      dependsOn: ['all-dead'],
    }),
    confirm: count({ summary: 'with --all-dead, how many events that is', dependsOn: ['all-dead'] }),
    note: note({ summary: 'why nobody will get them, for the audit log', required: true }),
  };

  async run() {
    const { flags } = await this.parse(EventsDiscard);
    const { discardAllDead, discardEvents } = await import('../../src/outbox/index.ts');
    const { localOperator } = await import('../../src/audit.ts');
    const discard = { by: localOperator(), note: flags.note };
    const discarded = await this.withApp(flags, (app) =>
      flags.id
        ? discardEvents(app, { ...discard, ids: flags.id })
        : discardAllDead(app, { ...discard, type: flags.type, confirm: flags.confirm }),
    );
    this.log(`${discarded.length} ${discarded.length === 1 ? 'event is' : 'events are'} discarded`);
    return { schema: 'pillivery.events-discard/1', discarded };
  }
}
