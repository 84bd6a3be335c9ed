import { Flags } from '@oclif/core';
import { PilliveryCommand } from '../src/cli/command.ts';
import { count, port } from '../src/cli/flags.ts';

export default class Demo extends PilliveryCommand {
  static override summary = 'see a customer subscribe, pay and be billed again, without any server';
  static override description = `Uses SQLite and the payment sandbox in one process, keeps its files in a folder of its own, and goes on
serving until Ctrl-C. The next demo in the same folder adds another customer.

Exit code 3 when the sandbox's ledger and the shop's books differ.`;
  static override examples = ['<%= config.bin %> demo --once'];
  static override enableJsonFlag = true;
  static override flags = {
    once: Flags.boolean({ summary: 'end after the story instead of serving' }),
    port: port({ summary: 'port of the shop; 8080 if left out, the next free one if taken' }),
    items: count({ summary: 'items to seed; 40,000 if left out' }),
    fresh: Flags.boolean({ summary: 'forget what earlier demos left in the folder' }),
  };

  async run() {
    const { flags } = await this.parse(Demo);
    const { demoFolder, playDemo } = await import('../src/demo/index.ts');
    const { listenForShutdown } = await import('../src/platform/shutdown.ts');
    const shutdown = listenForShutdown();
    let before = performance.now();
    const demo = await playDemo({
      root: this.config.root,
      version: this.config.version,
      folder: demoFolder(flags['data-dir'] ?? process.env['PILLIVERY_DATA_DIR']),
      port: flags.port ?? 8080,
      items: flags.items ?? 40_000,
      fresh: flags.fresh,
      tell: (line) => {
        const seconds = ((performance.now() - before) / 1_000).toFixed(1);
        before = performance.now();
        this.log(`${seconds.padStart(5)} s  ${line}`);
      },
    });
    if (!flags.once) await demo.serve(shutdown.signal);
    await demo.close();
    shutdown.release();
    if (!demo.agree) this.leaveWith('personNeeded');
    return demo.report;
  }
}
