import { PilliveryCommand } from '../../src/cli/command.ts';

export default class MigrateStatus extends PilliveryCommand {
  static override summary = 'show which migrations the database has';
  static override examples = ['<%= config.bin %> migrate status'];
  static override enableJsonFlag = true;

  async run() {
    const { flags } = await this.parse(MigrateStatus);
    const config = await this.loadConfig(flags);
    const { openStores } = await import('../../src/app.ts');
    const { appliedMigrations } = await import('../../src/platform/database/index.ts');
    const { database, migrations } = await openStores(config, this.config);
    try {
      const status = await appliedMigrations(database, migrations);
      for (const { number, name, state } of status.migrations) {
        this.log(`${String(number).padStart(4, '0')}  ${state.padEnd(11)}  ${name}`);
      }
      this.log(`schema level ${status.level}, least level a release must know ${status.minLevel}`);
      return { schema: 'pillivery.migrate-status/1', ...status };
    } finally {
      await database.close();
    }
  }
}
