/**
 * Places where a crash would hurt, by name. A test starts a process with PILLIVERY_TEST_FAIL_POINT=name (or name@nth, for
 * the nth time it is passed) and the process ends there as by kill -9: no handler runs, nothing is flushed. With
 * PILLIVERY_TEST_STOP_POINT it freezes there as by SIGSTOP, until somebody sends SIGCONT. Without them this costs nothing.
 */
const planned = [
  planOf(process.env['PILLIVERY_TEST_FAIL_POINT'], 'SIGKILL'),
  planOf(process.env['PILLIVERY_TEST_STOP_POINT'], 'SIGSTOP'),
].filter((plan) => plan !== undefined);

interface Plan {
  name: string;
  left: number;
  signal: 'SIGKILL' | 'SIGSTOP';
}

function planOf(text: string | undefined, signal: Plan['signal']): Plan | undefined {
  if (!text) return undefined;
  const [name = '', nth = '1'] = text.split('@');
  return { name, left: Number(nth), signal };
}

/** Passes a named place; only a test ever ends here. */
export function failPoint(name: string): void {
  for (const plan of planned) {
    if (plan.name !== name) continue;
    plan.left -= 1;
    if (plan.left === 0) process.kill(process.pid, plan.signal);
  }
}
