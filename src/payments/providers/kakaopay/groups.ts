import type { Config } from '../../../platform/config/index.ts';
import {
  openCaller,
  openGuard,
  type Guard,
  type GuardSettings,
  type HttpCaller,
} from '../../../platform/http/index.ts';
import type { Operation } from './answer.ts';
import type { ProviderTools } from './calls.ts';

/** Each group has connections, a bulkhead and a breaker of its own, so that hanging approvals cannot starve lookups. */
export type GroupName = 'pay' | 'charge' | 'refund' | 'lookup';

export const GROUP_OF = {
  ready: 'pay',
  approve: 'pay',
  subscription: 'charge',
  cancel: 'refund',
  inactive: 'refund',
  order: 'lookup',
  status: 'lookup',
} as const satisfies Record<Operation, GroupName>;

export interface Group {
  caller: HttpCaller;
  guard: Guard;
}

export type Groups = Readonly<Record<GroupName, Group>>;

export function openGroups(config: Config, tools: ProviderTools): Groups {
  const { baseUrl, breaker, pay, charge, refund, lookup } = config.payments.kakaopay;
  const open = (group: GroupName, settings: GuardSettings): Group => ({
    caller: openCaller({ ...settings, baseUrl, connections: settings.bulkhead }),
    guard: openGuard({ provider: 'KAKAOPAY', group }, settings, tools),
  });
  // A run keeps as many charges in flight as it may; one more has no business to wait here.
  const ofRun = { bulkhead: config.billing.concurrency, queue: 0, longestWaitMs: 0 };
  return {
    pay: open('pay', { ...pay, breaker }),
    charge: open('charge', { ...charge, ...ofRun, breaker }),
    refund: open('refund', { ...refund, breaker }),
    lookup: open('lookup', { ...lookup, breaker }),
  };
}

/** Calls in flight end first. */
export async function closeGroups(groups: Groups): Promise<void> {
  await Promise.all(Object.values(groups).map(({ caller }) => caller.close()));
  for (const { guard } of Object.values(groups)) guard.close();
}
