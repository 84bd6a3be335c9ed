import { Flags } from '@oclif/core';
import { PilliveryCommand } from '../../src/cli/command.ts';
import { note } from '../../src/cli/flags.ts';

export default class EventsRetry extends PilliveryCommand {
  static override summary = 'have dead events delivered after all';
  static override description = `They are tried as if for the first time. Of events named one by one, all are taken or none.

Exit codes: 0 they wait for delivery, 1 there is no such event or it is not dead.`;
  static override examples = [
    '<%= config.bin %> events retry --id 019a8f3c-5d2e-7c41-9b6a-2f70d1e8c934',
    '<%= config.bin %> events retry --all-dead --type order.paid',
  ];
  static override enableJsonFlag = true;
  static override flags = {
    id: Flags.string({
      summary: 'a dead event; may be given again',
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
    note: note({ summary: 'why, for the audit log' }),
  };

  async run() {
    const { flags } = await this.parse(EventsRetry);
    const { retryAllDead, retryEvents } = await import('../../src/outbox/index.ts');
    const { localOperator } = await import('../../src/audit.ts');
    const retry = { by: localOperator(), note: flags.note };
    const retried = await this.withApp(flags, (app) =>
      flags.id ? retryEvents(app, { ...retry, ids: flags.id }) : retryAllDead(app, { ...retry, type: flags.type }),
    );
    this.log(`${retried.length} ${retried.length === 1 ? 'event waits' : 'events wait'} for delivery`);
    return { schema: 'pillivery.events-retry/1', retried };
  }
}
