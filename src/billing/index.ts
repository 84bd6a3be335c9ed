export { BillReportSchema, describeReport, type BillReport } from './report.ts';
export { runBilling } from './run.ts';
export { billingSettlement } from './settlement.ts';
