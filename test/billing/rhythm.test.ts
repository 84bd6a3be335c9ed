import { describe, expect, it } from 'vitest';
import { addDays } from '../../src/platform/calendar.ts';
import { bundle } from '../support/bundle.ts';
import { ENGINES } from '../support/databases.ts';
import { billOn, cyclesOf, declining, LACKS_BALANCE, subscriptionOf, TODAY } from './support.ts';

const CYCLES = 24;
/** Days after the due date on which a cycle is paid at last, in turn: by so many declines before. */
const RECOVERED_ON = [0, 1, 3, 5];

describe.each(ENGINES)('24 cycles on %s', { timeout: 120_000 }, (engine) => {
  it.each([7, 30, 90])('of %i days, paid at once and 1, 3 and 5 days late, move no date', async (periodDays) => {
    const shop = await bundle({ engine });
    const { id, customer } = await declining(shop, LACKS_BALANCE, { periodDays });
    const due = Array.from({ length: CYCLES }, (_, index) => addDays(TODAY, index * periodDays));
    for (const [index, on] of due.entries()) {
      const declines = index % RECOVERED_ON.length;
      const script = declines === 0 ? null : { times: declines, ...LACKS_BALANCE };
      shop.sandbox.changeCustomer(customer, { declineNext: script });
      for (const days of RECOVERED_ON.slice(0, declines + 1)) await billOn(shop, addDays(on, days));
    }
    const cycles = await cyclesOf(shop, id);
    expect(cycles.map(({ billingOn }) => billingOn)).toEqual(due);
    const late = due.map((on, index) => addDays(on, RECOVERED_ON[index % RECOVERED_ON.length] ?? 0));
    expect(cycles.map(({ status, lastTryOn }) => `${status} ${lastTryOn}`)).toEqual(late.map((on) => `PAID ${on}`));
    expect(await subscriptionOf(shop, id)).toMatchObject({
      status: 'ACTIVE',
      nextBillingOn: addDays(TODAY, CYCLES * periodDays),
    });
    expect(shop.sandbox.ledger()).toHaveLength(CYCLES);
  });
});
