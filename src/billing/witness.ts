import { inArray } from '../platform/database/sql.ts';
import type { App } from '../app.ts';
import type { Mandate, PaymentAttempt } from '../schema.ts';

type Needs = Pick<App, 'database' | 'clock' | 'payments'>;

/** An approval younger than this may be another charge's on the same mandate, told by a clock that is not ours. */
const FRESH_MS = 10 * 60_000;

export interface Baselines {
  /** By attempt id. */
  told: ReadonlyMap<string, Date>;
  /** Whether a mandate was approved since: what it told is from before another charge and would witness that one. */
  isOutdated(mandate: Pick<Mandate, 'id' | 'lastApprovedAt'>): boolean;
}

/**
 * What mandates say of their last approval right before a charge, by attempt id, where the charge could not be looked
 * up should its answer be lost and our own books would be too coarse to compare with. Read outside any transaction.
 */
export async function readBaselines(app: Needs, wanted: readonly PaymentAttempt[]): Promise<Baselines> {
  const { mandates: m } = app.database.tables;
  const witnessed = wanted.filter(({ provider }) => {
    const { lostCharge, mandateStatus } = app.payments.provider(provider).capabilities;
    return lostCharge === 'witness' && mandateStatus;
  });
  const ids = witnessed.flatMap(({ mandateId }) => mandateId ?? []);
  if (ids.length === 0) return { told: new Map(), isOutdated: () => false };
  const mandates = await app.database.select().from(m).where(inArray(m.id, ids));
  const asked = witnessed.flatMap((attempt) => {
    const mandate = mandates.find(({ id }) => id === attempt.mandateId);
    return mandate && isCoarse(app, attempt, mandate) ? [{ attempt, mandate }] : [];
  });
  const answers = await Promise.all(asked.map(({ attempt, mandate }) => ask(app, attempt, mandate)));
  const approvedMs = new Map(mandates.map(({ id, lastApprovedAt }) => [id, lastApprovedAt?.getTime()]));
  return {
    told: new Map(answers.filter((answer) => answer !== undefined)),
    isOutdated: ({ id, lastApprovedAt }) => approvedMs.has(id) && approvedMs.get(id) !== lastApprovedAt?.getTime(),
  };
}

/** Also of a mandate that was never charged: the provider may tell the moment of its issue. */
const isCoarse = ({ clock }: Needs, { attemptNumber }: PaymentAttempt, { lastApprovedAt }: Mandate): boolean =>
  attemptNumber > 1 || lastApprovedAt === null || clock.now().getTime() - lastApprovedAt.getTime() < FRESH_MS;

/** Without an answer the charge is made all the same; a lost answer is then compared with our own books. */
async function ask(
  { payments }: Needs,
  { id, provider }: PaymentAttempt,
  { tokenCipher, merchantCode, customerRef }: Mandate,
): Promise<[string, Date] | undefined> {
  const token = readToken(payments, tokenCipher);
  if (token === undefined) return undefined;
  const status = await payments.provider(provider).mandateStatus({ token, merchantCode, customerRef });
  return status.kind === 'status' && status.lastApprovedAt ? [id, status.lastApprovedAt] : undefined;
}

/** A token that no configured key opens is told by the charge itself. */
function readToken(payments: Needs['payments'], cipher: string): string | undefined {
  try {
    return payments.vault().open(cipher);
  } catch {
    return undefined;
  }
}
