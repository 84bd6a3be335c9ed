import { PilliveryCommand } from '../../src/cli/command.ts';

export default class Migrate extends PilliveryCommand {
  static override summary = 'bring the database to the level of this release';
  static override examples = ['<%= config.bin %> migrate'];
  static override enableJsonFlag = true;

  async run() {
    const { flags } = await this.parse(Migrate);
    const config = await this.loadConfig(flags);
    const { openStores } = await import('../../src/app.ts');
    const { migrate } = await import('../../src/platform/database/index.ts');
    const { database, clock, migrations } = await openStores(config, this.config);
    try {
      const applied = await migrate(database, migrations, clock.now(), ({ number, name }) =>
        this.logToStderr(`applying ${number} ${name}`),
      );
      const level = migrations.at(-1)?.number ?? 0;
      this.log(applied.length > 0 ? `migrated to schema level ${level}` : `nothing to do at schema level ${level}`);
      return { schema: 'pillivery.migrate/1', level, applied: applied.map(({ number, name }) => ({ number, name })) };
    } finally {
      await database.close();
    }
  }
}
