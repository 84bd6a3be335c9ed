import { AsyncLocalStorage } from 'node:async_hooks';

/**
 * Knows whether the code that runs belongs to a transaction. It ends two mistakes that work on one engine and hang or
 * lie on the other: a transaction in a transaction, and a query on the outer handle inside one.
 */
const running = new AsyncLocalStorage<true>();

export const insideTransaction = (): boolean => running.getStore() === true;

export function assertOutside(what: string): void {
  if (insideTransaction()) throw new Error(`Bug: ${what} inside a transaction; use the transaction's own handle.`);
}

export const runInside = <T>(work: () => Promise<T>): Promise<T> => running.run(true, work);
