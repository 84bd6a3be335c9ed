// A sandbox in a process of its own, for the benchmark; it tells what it costs when it is asked.
import { systemClock } from '../../src/platform/clock.ts';
import { startSandbox } from '../../src/sandbox/index.ts';

const [latencyMs = '0'] = process.argv.slice(2);
const sandbox = await startSandbox({
  clock: systemClock(new Date('2026-11-20T09:00:00+09:00')),
  latencyMs: Number(latencyMs),
});

process.on('message', () => {
  const { user, system } = process.cpuUsage();
  process.send?.({ cpuMs: (user + system) / 1000, rssMiB: process.memoryUsage.rss() / 2 ** 20 });
});
process.on('disconnect', () => void sandbox.close());
process.send?.({ port: sandbox.port });
