import { describe, expect, it } from 'vitest';
import { addDays, daysBetween } from '../../src/platform/calendar.ts';
import { bundle, type Bundle } from '../support/bundle.ts';
import { given } from '../support/given.ts';
import { seeded } from '../support/random.ts';
import { ENGINES } from '../support/databases.ts';
import { billOn, CLOSED_ACCOUNT, cyclesOf, LACKS_BALANCE, mandateOf, moveTo, subscriptionOf } from './support.ts';

/**
 * A pure model of one subscription and its ladder, written from the specification alone: plain numbers of days, no
 * calendar of ours, no code of the run.
 */
interface Model {
  status: 'ACTIVE' | 'PAST_DUE' | 'CANCELLED';
  period: number;
  due: number | null;
  lastCycle: number;
  open: { due: number; step: number; first: number; next: number; held: boolean } | null;
  charges: number;
}

type Answer = 'approve' | 'soft' | 'hard';

const LADDER = [1, 3, 5];
const CATCH_UP = 7;
const DAYS = 120;
const FIRST_DAY = '2026-11-20';

/** What the model says that a run on day `d` does, when the provider would answer so. */
function play(model: Model, d: number, answer: Answer): void {
  const { open } = model;
  if (open?.held) {
    if (open.next <= d) end(model);
    return;
  }
  if (open) {
    if (open.next <= d) judge(model, open, d, answer);
    return;
  }
  if (model.status !== 'ACTIVE' || model.due === null || model.due > d || model.due < d - CATCH_UP) return;
  const opened = { due: model.due, step: 1, first: d, next: d, held: false };
  model.open = opened;
  judge(model, opened, d, answer);
}

function judge(model: Model, open: NonNullable<Model['open']>, d: number, answer: Answer): void {
  if (answer === 'approve') {
    model.charges += 1;
    model.status = 'ACTIVE';
    model.lastCycle += 1;
    let next = open.due + model.period;
    while (next <= d) next += model.period;
    model.due = next;
    model.open = null;
    return;
  }
  if (open.step === 4) return end(model);
  model.status = 'PAST_DUE';
  if (answer === 'hard') {
    open.held = true;
    open.next = Math.max(open.first + (LADDER[2] ?? 0), d + 1);
    return;
  }
  open.next = Math.max(open.first + (LADDER[open.step - 1] ?? 0), d + 1);
  open.step += 1;
}

function end(model: Model): void {
  Object.assign(model, { status: 'CANCELLED', due: null, open: null, lastCycle: model.lastCycle + 1 });
}

const dayNumber = (day: string | null): number | null => (day === null ? null : daysBetween(FIRST_DAY, day));

/** The shop's books in the words of the model. */
async function readModel(shop: Bundle, id: string, customer: string): Promise<Model> {
  const { status, periodDays, nextBillingOn, lastCycle } = await subscriptionOf(shop, id);
  const open = (await cyclesOf(shop, id)).find((cycle) => cycle.status === 'OPEN');
  return {
    status: status as Model['status'],
    period: periodDays,
    due: dayNumber(nextBillingOn),
    lastCycle,
    open: open
      ? {
          due: dayNumber(open.billingOn) ?? 0,
          step: open.step,
          first: dayNumber(open.firstTryOn) ?? 0,
          next: dayNumber(open.nextTryOn) ?? 0,
          held: open.hold === 'NEW_METHOD',
        }
      : null,
    charges: shop.sandbox.ledger().filter((line) => line.customer === customer).length,
  };
}

const SCRIPTS = {
  approve: null,
  soft: { times: 1_000, ...LACKS_BALANCE },
  hard: { times: 1_000, ...CLOSED_ACCOUNT },
} as const;

/** One subscription over 120 days with random answers and days without a run; model and shop must agree each day. */
async function compare(shop: Bundle, seed: number): Promise<void> {
  const random = seeded(seed);
  moveTo(shop, FIRST_DAY);
  const user = await given(shop.app).user();
  const periodDays = [7, 30, 90][Math.floor(random() * 3)] ?? 30;
  const { id, mandateId } = await given(shop.app).subscription({ user, periodDays, nextBillingOn: FIRST_DAY });
  const model: Model = { status: 'ACTIVE', period: periodDays, due: 0, lastCycle: 1, open: null, charges: 0 };
  const [offDays, declines] = [random() * 0.3, random() * 0.7];

  for (let d = 0; d < DAYS && model.status !== 'CANCELLED'; d += 1) {
    const wakesUp = model.open ? model.open.next : (model.due ?? Infinity);
    if (wakesUp > d || random() < offDays) continue; // nothing is due, or nobody ran it
    const answer: Answer = random() >= declines ? 'approve' : random() < 0.8 ? 'soft' : 'hard';
    shop.sandbox.changeCustomer(user.customerRef, { declineNext: SCRIPTS[answer] });
    await billOn(shop, addDays(FIRST_DAY, d), { only: [id] });
    play(model, d, answer);
    expect(await readModel(shop, id, user.customerRef), `seed ${seed}, day ${d}, ${answer}`).toEqual({ ...model });
  }
  const mandate = await mandateOf(shop, mandateId);
  expect(mandate?.status).toBe(model.status === 'CANCELLED' ? 'DEACTIVATING' : 'ACTIVE');
}

const LONG = process.env['PILLIVERY_TEST_SIZE'] === 'long';
const SEEDS = { sqlite: LONG ? 1_000 : 50, mysql: LONG ? 20 : 5 };

describe.each(ENGINES)('120 days of random answers and missed runs on %s', (engine) => {
  const seeds = SEEDS[engine === 'mysql' ? 'mysql' : 'sqlite'];

  it(`agree with a model of the ladder in ${seeds} seeds`, { timeout: LONG ? 7_200_000 : 120_000 }, async () => {
    // On SQLite in memory: what is compared is the rules, and the other tests prove the engines alike.
    const shop = await bundle({ engine: engine === 'mysql' ? 'mysql' : 'sqlite-memory' });
    for (let seed = 1; seed <= seeds; seed += 1) await expect(compare(shop, seed)).resolves.toBeUndefined();
  });
});
