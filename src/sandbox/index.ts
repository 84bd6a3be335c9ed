export type { LedgerLine } from './ledger.ts';
export { startSandbox, type Sandbox, type SandboxOptions } from './server.ts';
