import type { App } from '../app.ts';
import { auditBooks } from '../payments/index.ts';
import type { Sandbox } from '../sandbox/index.ts';

export interface Books {
  charges: number;
  amount: number;
  approved: number;
  /** Charges of one side that the other does not have, or has with another amount. */
  differences: string[];
}

/** Holds the sandbox's ledger, which is the truth, against our approved attempts. */
export async function compareBooks(app: App, sandbox: Sandbox): Promise<Books> {
  const { charges, amount, approved, differences } = await auditBooks(app, sandbox.ledger());
  return { charges, amount, approved, differences: differences.map(({ attemptId, says }) => `${attemptId}: ${says}`) };
}
