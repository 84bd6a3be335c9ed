import { and, asc, eq, exists, gt, isNull, lte, or, sql } from '../../platform/database/sql.ts';
import { dayIn, withOffset } from '../../platform/calendar.ts';
import type { Mandate } from '../../schema.ts';
import { askEach, AWAY, eachRow, PAGE, type Reconciliation } from './run.ts';

/** The provider's moment and ours stem from different fields of its answers. */
const SLACK_MS = 120_000;

/**
 * A restored database may have lost charges, and the next run would charge those customers again. A provider without a
 * listing cannot tell what was lost, but a mandate tells when it was last charged: whatever is due now on one that was
 * charged later than the books know is a lost charge.
 */
export const checkRestoredMandates = (run: Reconciliation): Promise<void> =>
  askEach(run, mandatesDue(run), async (mandate) => {
    const { app, findings } = run;
    const provider = app.payments.provider(mandate.provider);
    if (!provider.capabilities.mandateStatus) return findings.notCompared('RESTORE', mandate.id, 'it cannot be asked');
    const { merchantCode, customerRef, tokenCipher } = mandate;
    const told = await provider.mandateStatus({
      token: app.payments.vault().open(tokenCipher),
      merchantCode,
      customerRef,
    });
    if (told.kind === 'provider_down') return findings.incomplete(AWAY);
    findings.examined('RESTORE');
    if (told.kind === 'rejected_by_config') return findings.notCompared('RESTORE', mandate.id, told.codes.code);
    if (told.lastApprovedAt) await compareApproval(run, mandate, told.lastApprovedAt);
  });

async function compareApproval({ app, findings }: Reconciliation, mandate: Mandate, there: Date): Promise<void> {
  const here = mandate.lastApprovedAt ?? mandate.createdAt;
  if (there.getTime() <= here.getTime() + SLACK_MS) return;
  const at = (moment: Date): string => withOffset(app.config.shop.timeZone, moment);
  const says = `it was charged at ${at(there)}, the books know of nothing after ${at(here)}, and it is due again`;
  await findings.differ({ check: 'RESTORE', kind: 'lost', table: 'mandates', id: mandate.id, says });
}

/** Mandates that the next run would charge. */
function mandatesDue({ app }: Reconciliation): AsyncGenerator<Mandate> {
  const { mandates: m, subscriptions: s, billingCycles: c } = app.database.tables;
  const today = dayIn(app.config.shop.timeZone, app.clock.now());
  const isDue = exists(
    app.database
      .select({ one: sql`1` })
      .from(s)
      .leftJoin(c, and(eq(c.subscriptionId, s.id), eq(c.status, 'OPEN'), isNull(c.hold)))
      .where(
        and(
          eq(s.mandateId, m.id),
          or(and(eq(s.status, 'ACTIVE'), lte(s.nextBillingOn, today)), lte(c.nextTryOn, today)),
        ),
      ),
  );
  return eachRow((after) =>
    app.database
      .select()
      .from(m)
      .where(and(gt(m.id, after), eq(m.status, 'ACTIVE'), isDue))
      .orderBy(asc(m.id))
      .limit(PAGE),
  );
}
