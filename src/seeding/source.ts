import type { App } from '../app.ts';
import type { Tables, Transaction } from '../schema.ts';
import type { IdAt } from './ids.ts';

export type SeedingApp = Pick<App, 'config' | 'database' | 'clock' | 'payments'>;

export type SeedKind = 'items' | 'users' | 'orders' | 'subscriptions';

/** One kind of thing to seed. A thing is there when the row of its first table is; all its rows are written at once. */
export interface Source {
  kind: SeedKind;
  total: number;
  table: Tables[SeedKind];
  idAt: IdAt;
  /** Makes what the rows need but what a transaction may not wait for; called before the first rows are written. */
  prepare?(): Promise<void>;
  write(tx: Transaction, indexes: readonly number[]): Promise<void>;
}
