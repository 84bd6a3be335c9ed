import { Flags } from '@oclif/core';
import { PilliveryCommand } from '../src/cli/command.ts';
import { count, port } from '../src/cli/flags.ts';

export default class Sandbox extends PilliveryCommand {
  static override summary = 'run a stand-in for the payment providers';
  static override description = `Speaks KakaoPay's online payment API on this machine, with a page to approve payments on and a ledger of
every charge it executed. Point payments.kakaopay.baseUrl at it and set payments.allowSandbox.`;
  static override examples = ['<%= config.bin %> sandbox --port 8090 --latency 200'];
  static override flags = {
    port: port({ summary: 'port to listen on' }),
    host: Flags.string({ summary: 'address to listen on', default: '127.0.0.1' }),
    latency: count({ summary: 'milliseconds before each answer of a provider; none if left out' }),
    ledger: Flags.string({ summary: 'file to keep the ledger in; in memory if left out', helpValue: 'FILE' }),
  };

  async run() {
    const { flags } = await this.parse(Sandbox);
    const config = await this.loadConfig(flags);
    const { runSandbox } = await import('../src/sandbox/run.ts');
    const { listenForShutdown } = await import('../src/platform/shutdown.ts');
    const shutdown = listenForShutdown();
    await runSandbox(config, {
      host: flags.host,
      port: flags.port ?? 8090,
      latencyMs: flags.latency ?? 0,
      ledgerFile: flags.ledger,
      stop: shutdown.signal,
      onListening: (url) => this.log(`sandbox on ${url} (KakaoPay's API; payments are approved on its pages)`),
    });
    shutdown.release();
  }
}
