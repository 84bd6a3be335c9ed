import type { Act, ReconcileDocument } from './document.ts';

/** What was compared and what differs, as a person reads it. */
export function describeReconciliation(document: ReconcileDocument): string {
  const { from, to, checks, acts, settled, differences, notCompared, incomplete, audit, dryRun } = document;
  const found = checks.reduce((sum, one) => sum + one.differences, 0);
  return [
    `${dryRun ? 'compared, nothing written,' : 'compared'} ${from} to ${to}`,
    ...acts.map(describeAct),
    ...checks.map(describeCheck),
    ...(audit ? [`    ledger: ${audit.charges} charges of ${won(audit.amount)}, ${audit.refunds} refunds`] : []),
    ...settled.map(({ id, from, to }) => `settled   ${id}  ${from} → ${to}`),
    ...differences.map((one) => `${one.check.padEnd(8)}  ${one.table} ${one.id}  ${one.kind}: ${one.says}`),
    ...(found > differences.length ? [`… and ${found - differences.length} more`] : []),
    ...notCompared.first.map(({ check, id, why }) => `${check.padEnd(8)}  ${id}  not compared: ${why}`),
    ...incomplete.map((why) => `not whole: ${why}; run it again`),
    ENDS[document.outcome],
  ].join('\n');
}

const won = (amount: number): string => `${amount.toLocaleString('en-US')} won`;

const describeAct = ({ act, id, result, says }: Act): string =>
  `${act}  ${id}  ${result === 'would-be-done' ? 'would be done' : result}: ${says}`;

const describeCheck = ({ check, looksAt, examined, differences }: ReconcileDocument['checks'][number]): string =>
  `${check.padEnd(8)}  ${looksAt}: ${examined} looked at, ${differences === 0 ? 'none differs' : `${differences} differ`}`;

const ENDS = {
  clean: 'clean',
  differences: 'somebody must look: pillivery payments list',
  incomplete: 'not finished',
} as const;
