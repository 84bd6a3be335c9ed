import { Flags } from '@oclif/core';
import { PilliveryCommand } from '../src/cli/command.ts';
import { count, day } from '../src/cli/flags.ts';
import { openProgress } from '../src/cli/progress.ts';

export default class Seed extends PilliveryCommand {
  static override summary = 'fill the database with a shop made up from a number';
  static override description = `The same request gives the same rows on every database. An interrupted run is continued by running it
again; a finished one writes nothing. Refused with env=production.`;
  static override examples = ['<%= config.bin %> seed --preset load --due 2026-11-22'];
  static override enableJsonFlag = true;
  static override flags = {
    preset: Flags.string({ summary: 'named sizes', options: ['demo', 'load'], default: 'demo' }),
    items: count({ summary: 'items, instead of what the preset says' }),
    users: count({ summary: 'users, instead of what the preset says' }),
    orders: count({ summary: 'one-off orders, instead of what the preset says' }),
    subscriptions: count({ summary: 'subscriptions, instead of what the preset says' }),
    'due-subscriptions': count({ summary: 'subscriptions due on --due, instead of what the preset says' }),
    due: day({ summary: 'day on which subscriptions fall due; today in the shop time zone if left out' }),
    seed: count({ summary: 'number everything follows from; 1 if left out' }),
    add: Flags.boolean({ summary: 'seed even where there is other data' }),
    'dry-run': Flags.boolean({ summary: 'show what would be seeded, write nothing' }),
  };

  async run() {
    const { flags } = await this.parse(Seed);
    const { PRESETS, seed } = await import('../src/seeding/index.ts');
    const { dayIn } = await import('../src/platform/calendar.ts');
    const preset = PRESETS[flags.preset === 'load' ? 'load' : 'demo'];
    const progress = openProgress((line) => this.logToStderr(line));
    return this.withApp(flags, async (app) => {
      const subscriptions = flags.subscriptions ?? preset.subscriptions;
      const request = {
        items: flags.items ?? preset.items,
        users: flags.users ?? preset.users,
        orders: flags.orders ?? preset.orders,
        subscriptions,
        dueSubscriptions: Math.min(flags['due-subscriptions'] ?? preset.dueSubscriptions, subscriptions),
        due: flags.due ?? dayIn(app.config.shop.timeZone, app.clock.now()),
        seed: flags.seed ?? 1,
        add: flags.add,
      };
      if (flags['dry-run']) {
        this.log(`would seed ${JSON.stringify(request)}`);
        return { schema: 'pillivery.seed/1', dryRun: true, ...request };
      }
      const report = await seed(app, request, ({ kind, done, total }) => progress.show(kind, done, total));
      progress.end();
      const what = `${report.items} items, ${report.users} users, ${report.orders} orders, ${report.subscriptions} subscriptions`;
      this.log(report.written > 0 ? `seeded ${what} in ${report.seconds} s` : `nothing to do: ${what} are there`);
      this.log(`seeded users log in as seed000001@example.test and so on with the password ${report.password}`);
      return { schema: 'pillivery.seed/1', dryRun: false, due: request.due, ...report };
    });
  }
}
