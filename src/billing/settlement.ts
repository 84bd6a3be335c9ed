import type { App } from '../app.ts';
import { refundOrder } from '../orders/index.ts';
import type { GroupSettlement, Settlement } from '../payments/index.ts';
import { updateEach, type RowChange } from '../platform/database/index.ts';
import type { PaymentAttempt, Tables, Transaction } from '../schema.ts';
import { openBooks, type Books } from './books.ts';
import { declineCycles } from './decline-cycles.ts';
import { payCycles } from './pay-cycles.ts';

type Needs = Pick<App, 'config' | 'database' | 'clock' | 'newId'>;

/** What billing cycles do with the outcomes of their charges: always as a group, be it of one. */
export function billingSettlement(app: Needs): Settlement {
  const alone = async (tx: Transaction, attempt: PaymentAttempt): Promise<GroupSettlement> => {
    const group = settlementOf(tx, app);
    await group.lock([attempt]);
    return group;
  };
  return {
    group: (tx) => settlementOf(tx, app),
    lock: async (tx, attempt) => void (await alone(tx, attempt)),
    wants: (tx, attempt) => cycleWants(tx, app, attempt),
    async approved(tx, attempt, outcome) {
      const taken = await (await alone(tx, attempt)).approved([{ attempt, outcome }]);
      return taken.size > 0 ? 'taken' : 'booked';
    },
    declined: async (tx, attempt, outcome) => (await alone(tx, attempt)).declined([{ attempt, outcome }]),
    released: async (tx, attempt) => (await alone(tx, attempt)).released([attempt]),
    refunded: async (tx, _attempt, refund) => (await refundOrder(tx, app, refund)) !== undefined,
  };
}

function settlementOf(tx: Transaction, app: Needs): GroupSettlement {
  let books: Books | undefined;
  const opened = (): Books => {
    if (!books) throw new Error('Bug: a settlement before its lock.');
    return books;
  };
  return {
    async lock(attempts) {
      books = await openBooks(tx, app, attempts);
    },
    approved: (approvals) => payCycles(tx, app, opened(), approvals),
    declined: (declines) => declineCycles(tx, app, opened(), declines),
    released: (attempts) => releaseCycles(tx, app, opened(), attempts),
  };
}

/** Whether the cycle still waits for this very amount, on a subscription that may be charged. */
async function cycleWants(tx: Transaction, app: Needs, attempt: PaymentAttempt): Promise<boolean> {
  const { cycle, subscription } = (await openBooks(tx, app, [attempt])).turnOf(attempt);
  const chargeable = subscription.status === 'ACTIVE' || subscription.status === 'PAST_DUE';
  return chargeable && cycle.status === 'OPEN' && cycle.amount === attempt.amount;
}

/** Nothing was charged, and that is certain: the cycle waits for its next attempt, unless the customer has left. */
async function releaseCycles(
  tx: Transaction,
  { database, clock }: Needs,
  books: Books,
  attempts: readonly PaymentAttempt[],
): Promise<void> {
  const now = clock.now();
  const changes = attempts
    .map((attempt) => ({ attempt, ...books.turnOf(attempt) }))
    .filter(({ attempt, cycle }) => cycle.status === 'OPEN' && cycle.liveAttemptId === attempt.id)
    .map(({ cycle, subscription }): RowChange<Tables['billingCycles']> => {
      const free = { liveAttemptId: null, updatedAt: now };
      if (subscription.status !== 'CANCELLED') return { id: cycle.id, set: free };
      return { id: cycle.id, set: { ...free, status: 'FAILED', closeReason: 'CANCELLED', closedAt: now } };
    });
  await updateEach(tx, database.tables.billingCycles, changes);
}
