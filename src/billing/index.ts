export { describeReport } from './describe.ts';
export { writeMetricsFile } from './metrics-file.ts';
export { describeProgress, RUN_STEPS, type Progress } from './progress.ts';
export { showProgress } from './show-progress.ts';
export { BillReportSchema, type BillReport } from './report-schema.ts';
export { onlyFrom } from './request.ts';
export { runWithRetries } from './retries.ts';
export { runBilling } from './run.ts';
export { billingSettlement } from './settlement.ts';
