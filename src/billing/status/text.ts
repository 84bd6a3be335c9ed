import type { StatusDocument } from './document.ts';

const won = (amount: number): string => `${amount.toLocaleString('en-US')} won`;
const short = (time: string): string => time.slice(0, 19).replace('T', ' ');

/** How billing stands, as a person reads it. */
export function describeStatus(status: StatusDocument): string {
  return [
    `${short(status.at)}, ${status.timeZone}`,
    '',
    ...describeRuns(status.runs),
    ...status.runners.map(describeRunner),
    '',
    describeUnknown(status.unknown),
    `for a person  ${describeOperator(status.operator)}`,
    `open cycles   ${describeCycles(status.openCycles)}`,
    `due           ${status.due.map(({ date, renewals, retries }) => `${date.slice(5)}: ${sumUp(renewals, retries)}`).join(' · ')}`,
    '',
    ...describeHealth(status.health),
  ].join('\n');
}

function describeRuns(runs: StatusDocument['runs']): string[] {
  if (runs.length === 0) return ['no run yet'];
  const rows = runs.map(({ businessDate, status, exitCode, seconds, totals }) => [
    businessDate,
    status,
    exitCode === null ? '–' : String(exitCode),
    seconds === null ? '–' : `${seconds} s`,
    String(totals.selected),
    String(totals.approved),
    String(totals.declinedSoft + totals.declinedHard),
    String(totals.unknown),
    won(totals.amountApproved),
  ]);
  const head = ['date', 'status', 'exit', 'took', 'due', 'approved', 'declined', 'unknown', 'amount'];
  const widths = head.map((name, column) => Math.max(name.length, ...rows.map((row) => (row[column] ?? '').length)));
  return [head, ...rows].map((row) =>
    row
      .map((cell, column) => cell.padEnd(widths[column] ?? 0))
      .join('  ')
      .trimEnd(),
  );
}

function describeRunner(runner: StatusDocument['runners'][number]): string {
  const { businessDate, host, pid, status, step, selected, approved, heartbeatAgeSeconds, leaseUntil, isOverdue } =
    runner;
  const lease = isOverdue ? 'its lease is over: it counts as dead' : `lease until ${short(leaseUntil).slice(11)}`;
  const sign = `heartbeat ${heartbeatAgeSeconds} s ago, ${lease}`;
  return `${status.toLowerCase()}: process ${pid} on ${host} bills ${businessDate}, step ${step ?? '–'}, ${selected} due, ${approved} approved, ${sign}`;
}

function describeUnknown({ count, amount, byAge }: StatusDocument['unknown']): string {
  const ages = byAge.filter((one) => one.count > 0).map((one) => `${one.count} ${one.age}`);
  return `unknown       ${count === 0 ? 'none' : `${count}, ${won(amount)}: ${ages.join(', ')}`}`;
}

function describeOperator(operator: StatusDocument['operator']): string {
  const { attempts, refunds, deadCommands, overdueBeyondCatchUp, ledgerOlder } = operator;
  const waiting = [
    ...attempts.map(({ reason, count }) => `${count} ${reason ?? 'without a reason'}`),
    ...(refunds > 0 ? [`${refunds} refunds`] : []),
    ...(deadCommands > 0 ? [`${deadCommands} events given up`] : []),
    ...(overdueBeyondCatchUp > 0 ? [`${overdueBeyondCatchUp} due dates left for too long`] : []),
    ...(ledgerOlder ? ['a database older than the last charge'] : []),
  ];
  return waiting.join(', ') || 'nothing';
}

function describeCycles(cycles: StatusDocument['openCycles']): string {
  const parts = cycles.flatMap(({ step, waiting, needsMethod, paused }) => [
    ...(waiting > 0 ? [`${waiting} at step ${step}`] : []),
    ...(needsMethod > 0 ? [`${needsMethod} at step ${step} without a payment method`] : []),
    ...(paused > 0 ? [`${paused} at step ${step} paused`] : []),
  ]);
  return parts.join(', ') || 'none';
}

const sumUp = (renewals: number, retries: number): string =>
  retries === 0 ? String(renewals) : `${renewals} and ${retries} again`;

const describeHealth = ({ problems }: StatusDocument['health']): string[] =>
  problems.length === 0 ? ['healthy'] : ['not healthy', ...problems.map(({ says }) => `  ${says}`)];
