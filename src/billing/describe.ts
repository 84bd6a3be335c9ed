import { REASONS, type Reason } from './reasons.ts';
import type { BillReport } from './report-schema.ts';

const won = (amount: number): string => `${amount.toLocaleString('en-US')} won`;

/** The report as a person reads it. */
export function describeReport(report: BillReport): string {
  const { totals, dryRun } = report;
  const lines = [
    `${dryRun ? 'dry run of' : 'billed'} ${report.businessDate}: ${totals.selected} due, ${totals.approved} ${dryRun ? 'would be charged' : 'approved'}, ${won(totals.amountApproved)}`,
    ...counted(totals.declinedSoft, 'declined, tried again on a later day'),
    ...counted(totals.declinedHard, 'declined for good, another payment method is asked for'),
    ...counted(totals.notCharged, 'not charged: rejected, cancelled or changed since'),
    ...counted(totals.skipped, 'passed over, item sold out'),
    ...counted(totals.held, 'without a usable payment method'),
    ...counted(totals.cancelled, 'ended, no payment method came in time'),
    ...counted(totals.fenced, 'left, another charge of the customer is in doubt'),
    ...counted(totals.left, 'left for the next run'),
    ...counted(report.overdueBeyondCatchUp.count, 'due longer ago than billing.catchUpDays, left'),
    ...counted(report.periodsMissed, 'due dates missed for good, because the charge came too late'),
    ...counted(report.unknown.count, 'unknown: money may have moved, never sent again'),
    ...report.needsOperator.map(
      ({ attemptId, amount, sentAt, reason }) => `    ${attemptId}  ${won(amount)}  sent ${sentAt}  ${reason}`,
    ),
    ...report.codes.map(({ code, group, count }) => `    ${count} × ${code}${group ? ` ${group}` : ''}`),
    ...report.wouldNotCharge.map(({ subscriptionId, dueOn, reason }) => `    ${subscriptionId}  ${dueOn}  ${reason}`),
    ...report.reasons.map((reason) => `  ${reason}: ${REASONS[reason as Reason].says}`),
    `${report.outcome} in ${report.seconds} s`,
  ];
  return lines.join('\n');
}

const counted = (count: number, what: string): string[] => (count > 0 ? [`  ${count} ${what}`] : []);
