import { setTimeout as sleep } from 'node:timers/promises';
import { eq } from '../../src/platform/database/sql.ts';
import { describe, expect, it } from 'vitest';
import type { BillReport } from '../../src/billing/index.ts';
import { bundle, environmentFor, START, type Bundle } from '../support/bundle.ts';
import { runCli, startCli, type Ended } from '../support/cli.ts';
import { ENGINES } from '../support/databases.ts';
import { given } from '../support/given.ts';
import { seeded } from '../support/random.ts';

const DUE = 60;
const LATENCY_MS = 20;
const POINTS = process.env['PILLIVERY_TEST_SIZE'] === 'long' ? 200 : 20;
/** Past the lease of the dead run and past the 60 s after which a silent SENT counts as unknown. */
const LATER = '2026-11-20T09:05:00+09:00';

const BILL = ['bill', '--date', '2026-11-20', '--json'];

const environmentAt = ({ databaseUrl, sandbox }: Bundle, now: string) => ({
  ...environmentFor({ databaseUrl, sandbox }),
  PILLIVERY_CLOCK__NOW: now,
});

/** Starts a run and kills it a moment after the sandbox has executed so many charges. */
async function killInTheMiddle(shop: Bundle, afterCharges: number, andMs: number): Promise<Ended> {
  const { child, ended } = startCli(BILL, environmentAt(shop, START));
  while (shop.sandbox.ledger().length < afterCharges && child.exitCode === null) await sleep(1);
  await sleep(andMs);
  child.kill('SIGKILL');
  return ended;
}

const reportOf = ({ stdout }: Ended): BillReport => JSON.parse(stdout) as BillReport;

/** How often each customer was charged, by the sandbox's own ledger. */
function chargesByCustomer({ sandbox }: Bundle): Map<string, number> {
  const charges = new Map<string, number>();
  for (const { customer } of sandbox.ledger()) charges.set(customer, (charges.get(customer) ?? 0) + 1);
  return charges;
}

describe.each(ENGINES)('bill killed with -9 on %s', (engine) => {
  it.each(Array.from({ length: POINTS }, (_, point) => point + 1))(
    'at seeded point %i charges nobody twice and forgets nobody',
    async (seed) => {
      const random = seeded(seed);
      const shop = await bundle({ engine, latencyMs: LATENCY_MS });
      await given(shop.app).subscriptions(DUE);

      const killed = await killInTheMiddle(
        shop,
        Math.floor(random() * (DUE - 5)),
        Math.floor(random() * 2 * LATENCY_MS),
      );
      expect(killed.signal).toBe('SIGKILL');
      const ledgerAtKill = new Set(shop.sandbox.ledger().map(({ orderRef }) => orderRef));

      const rerun = await runCli(BILL, environmentAt(shop, LATER));
      const report = reportOf(rerun);
      const { paymentAttempts: t } = shop.app.database.tables;
      const unknown = await shop.app.database.select().from(t).where(eq(t.state, 'UNKNOWN'));
      const approved = await shop.app.database.select().from(t).where(eq(t.state, 'APPROVED'));

      // Nobody twice, by the provider's own books.
      expect([...chargesByCustomer(shop).values()].every((charges) => charges === 1)).toBe(true);
      // Nobody forgotten: each is booked, or listed as unknown.
      expect(approved.length + unknown.length).toBe(DUE);
      expect(report.unknown.count).toBe(unknown.length);
      expect(report.unknown.first.map(({ attemptId }) => attemptId).toSorted()).toEqual(
        unknown.map(({ publicId }) => publicId).toSorted(),
      );
      // What a witness alone has proved is booked, and a person attaches the provider's reference.
      const needsPerson = unknown.length > 0 || approved.some(({ needsOperator }) => needsOperator);
      expect(rerun.code).toBe(needsPerson ? 3 : 0);
      // An unknown was never sent again: whatever the provider has of it was there when the process died.
      const executed = new Set(shop.sandbox.ledger().map(({ orderRef }) => orderRef));
      expect(unknown.every(({ publicId }) => executed.has(publicId) === ledgerAtKill.has(publicId))).toBe(true);

      const third = reportOf(await runCli(BILL, environmentAt(shop, LATER)));
      expect(third.totals).toMatchObject({ selected: 0, approved: 0 });
      expect(shop.sandbox.ledger()).toHaveLength(executed.size);
    },
  );
});
