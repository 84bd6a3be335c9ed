import { Flags } from '@oclif/core';
import { PilliveryCommand } from '../../src/cli/command.ts';
import { table } from '../../src/cli/table.ts';
import type { OutboxStatus } from '../../src/schema.ts';

export default class Events extends PilliveryCommand {
  static override summary = 'list events that are not delivered';
  static override description = `Events are what must be told or done outside the database after a change in it; serve delivers them.
A dead one is not tried again by itself: retry or discard it.`;
  static override examples = ['<%= config.bin %> events --status dead'];
  static override enableJsonFlag = true;
  static override flags = {
    status: Flags.string({
      summary: 'only these; those neither done nor discarded if left out',
      options: ['pending', 'in_flight', 'dead', 'done', 'discarded'],
    }),
    type: Flags.string({ summary: 'only events of this type', helpValue: 'TYPE' }),
    limit: Flags.integer({ summary: 'most events to list', helpValue: 'N', min: 1, max: 10_000, default: 50 }),
  };

  async run() {
    const { flags } = await this.parse(Events);
    const { listEvents, toEventBody, toEventRow } = await import('../../src/outbox/index.ts');
    const status = flags.status?.toUpperCase() as OutboxStatus | undefined;
    return this.withApp(flags, async (app) => {
      const { events, more } = await listEvents(app, { status, type: flags.type, limit: flags.limit });
      this.log(
        events.length === 0 ? 'no such events' : table(events.map((one) => toEventRow(one, app.config.shop.timeZone))),
      );
      if (more) this.logToStderr('there are more; --limit shows them');
      return { schema: 'pillivery.events/1', events: events.map(toEventBody), more };
    });
  }
}
