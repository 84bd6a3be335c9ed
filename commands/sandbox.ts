import { Flags } from '@oclif/core';
import { PilliveryCommand } from '../src/cli/command.ts';
import { count, port } from '../src/cli/flags.ts';

export default class Sandbox extends PilliveryCommand {
  static override summary = 'run a stand-in for the payment providers';
  static override description = `Speaks KakaoPay's online payment API on this machine, with a page to approve payments on and a
ledger of everything it executed. Point payments.kakaopay.baseUrl at it and set
payments.allowSandbox. Its control page at /sandbox shows the ledger and lets you choose the next
fault.`;
  static override examples = [
    '<%= config.bin %> sandbox --port 8090 --latency p50=120,p99=900',
    '<%= config.bin %> sandbox --fail-rate 20% --fail-kind drop-after --seed 1',
    '<%= config.bin %> sandbox --ramp 0%:0s,75%:5m,75%:15m,0%:20m',
    '<%= config.bin %> sandbox --clock virtual=2026-11-24T23:25:00+09:00',
    '<%= config.bin %> sandbox --scenario outage',
  ];
  static override flags = {
    port: port({ summary: 'port to listen on; 8090 if left out' }),
    host: Flags.string({ summary: 'address to listen on', default: '127.0.0.1' }),
    ledger: Flags.string({ summary: 'file to keep the ledger in; memory if left out', helpValue: 'FILE' }),
    clock: Flags.string({ summary: 'real, virtual or virtual=MOMENT; a virtual one can be moved', helpValue: 'CLOCK' }),
    seed: count({ summary: 'number that all chance follows from; another one each time if left out' }),
    strict: Flags.boolean({
      summary: 'refuse requests that drift from the specification',
      default: true,
      allowNo: true,
    }),
    auto: Flags.string({
      summary: 'what the approval page does by itself: approve, decline, cancel or off; approve:2s waits',
      helpValue: 'BUTTON',
    }),
    latency: Flags.string({
      summary: 'wait before each answer: 200ms, uniform:50-400 or p50=120,p99=900',
      helpValue: 'WAIT',
    }),
    'fail-rate': Flags.string({ summary: 'share of calls that fail, such as 20%', helpValue: 'SHARE' }),
    'fail-kind': Flags.string({
      summary: 'how they fail: http-500, drop-after, drop-before, timeout or decline:CODE',
      helpValue: 'KIND',
    }),
    ramp: Flags.string({ summary: 'share of calls that fail over time, such as 0%:0s,75%:5m', helpValue: 'CURVE' }),
    scenario: Flags.string({ summary: 'faults to begin with: a JSON file, or outage', helpValue: 'FILE' }),
  };

  async run() {
    const { flags } = await this.parse(Sandbox);
    const config = await this.loadConfig(flags);
    const { runSandbox } = await import('../src/sandbox/run.ts');
    const { listenForShutdown } = await import('../src/platform/shutdown.ts');
    const shutdown = listenForShutdown();
    const onListening = ({ url, seed }: { url: string; seed: number }) => {
      this.log(`sandbox on ${url} (KakaoPay's API; payments are approved on its pages)`);
      this.log(`control page ${url}/sandbox, seed ${seed}`);
    };
    await runSandbox(config, { ...flags, port: flags.port ?? 8090 }, { stop: shutdown.signal, onListening });
    shutdown.release();
  }
}
