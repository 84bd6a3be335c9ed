/**
 * The payment sandbox: a server of its own that speaks the providers' HTTP, does on demand what no provider would, and
 * writes down every movement that it executed. In a test, in the same process:
 *
 *   const sandbox = await startSandbox({ clock, seed: 1 });
 *   sandbox.addFault({ match: { op: 'subscription', every: 20 }, effect: { kind: 'commit_drop' } });
 *   …
 *   expect(auditLedger(sandbox.ledger()).summary.doubles).toEqual([]);
 *
 * faults/rules.ts is the reference of the rules; `pillivery sandbox` runs it as a process, its control page is /sandbox.
 */
export { auditLedger } from './audit.ts';
export type { FaultRuleInput } from './faults/rules.ts';
export type { LedgerLine } from './ledger.ts';
export type { SandboxOptions } from './options.ts';
export { startSandbox, type Sandbox } from './server.ts';
