export { BillReportSchema, describeReport, type BillReport } from './report.ts';
export { runBilling, type BillRequest, type Progress } from './run.ts';
export { billingSettlement } from './settlement.ts';
