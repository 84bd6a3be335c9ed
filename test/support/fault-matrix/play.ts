import { eq, inArray } from '../../../src/platform/database/sql.ts';
import type { App } from '../../../src/app.ts';
import { relayOnce } from '../../../src/outbox/index.ts';
import { auditBooks, resolveDue, resolveRefunds, sweepCheckouts } from '../../../src/payments/index.ts';
import { START } from '../environment.ts';
import { seeded } from '../random.ts';
import { openShop, type Shop } from '../shop.ts';
import { effectsOf, type NamedEffect } from './effects.ts';
import { STORIES, type Story } from './stories.ts';

export interface Case {
  story: Story;
  effect: NamedEffect;
  /** How many calls meet the fault; all until it is taken away when undefined. */
  times: number | undefined;
}

export interface Played {
  name: string;
  /** Ledger and books say the same. */
  equal: boolean;
  /** They differ, and each difference is an attempt or refund that asks for a person. */
  needsOperator: boolean;
  /** What nobody was told of; empty is the proof. */
  unexplained: string[];
}

/** Every story under every effect of its call; the seed decides how long each fault lasts. */
export function casesOf(seed: number): Case[] {
  const random = seeded(seed);
  return STORIES.flatMap((story) =>
    effectsOf(story.op).map((effect) => ({ story, effect, times: [1, 2, undefined][Math.floor(random() * 3)] })),
  );
}

/** Short deadlines, so that a fault that hangs costs no time; the shape of the limits is the production one. */
const QUICK = Object.fromEntries(
  ['PAY', 'CHARGE', 'REFUND', 'LOOKUP'].flatMap((group) => [
    [`PILLIVERY_PAYMENTS__KAKAOPAY__${group}__READ_TIMEOUT_MS`, '1500'],
    [`PILLIVERY_PAYMENTS__KAKAOPAY__${group}__CONNECT_TIMEOUT_MS`, '1500'],
    [`PILLIVERY_PAYMENTS__KAKAOPAY__${group}__DEADLINE_MS`, '6000'],
    [`PILLIVERY_PAYMENTS__KAKAOPAY__${group}__BACKOFF_MS`, '10'],
  ]),
);

const MINUTE = 60_000;
/** When somebody looks again, counted from the fault: the planned looks, the relay's waits, and a day's end. */
const LATER_MS = [
  15_000,
  MINUTE,
  5 * MINUTE,
  12 * MINUTE,
  20 * MINUTE,
  31 * MINUTE,
  62 * MINUTE,
  150 * MINUTE,
  7 * 60 * MINUTE,
  24 * 60 * MINUTE,
];
/** The fault is over by then, whatever it is. */
const OVER_MS = 20 * MINUTE;

/** Plays one case on a database of its own and says how ledger and books end. */
export async function playCase(
  { story, effect, times }: Case,
  place: { databaseUrl: string; dataDir: string; seed: number },
): Promise<Played> {
  const name = `${story.name}: ${effect.name}${times === undefined ? '' : ` ×${times}`}`;
  const shop = await openShop({ ...place, settings: QUICK, sandbox: { seed: place.seed } });
  try {
    const { act, again } = await story.prepare(shop);
    shop.sandbox.addFault({
      match: { op: story.op as never },
      effect: effect.effect as never,
      ...(times !== undefined && { times }),
    });
    await act();
    await passTime(
      shop,
      LATER_MS.filter((ms) => ms < OVER_MS),
    );
    shop.sandbox.clearFaults();
    await passTime(
      shop,
      LATER_MS.filter((ms) => ms >= OVER_MS),
    );
    await again?.();
    await passTime(
      shop,
      LATER_MS.map((ms) => 25 * 60 * MINUTE + ms),
    );
    return { name, ...(await judge(shop)) };
  } catch (cause) {
    throw new Error(`The case "${name}" broke.`, { cause });
  } finally {
    await shop.close();
  }
}

async function passTime({ app, clock }: Shop, stopsMs: readonly number[]): Promise<void> {
  for (const ms of stopsMs) {
    clock.moveTo(new Date(Date.parse(START) + ms + 1_000));
    await sweepCheckouts(app);
    await resolveDue(app);
    await resolveRefunds(app);
    await relayOnce(app);
  }
}

async function judge({ app, sandbox }: Shop): Promise<Omit<Played, 'name'>> {
  const { differences } = await auditBooks(app, sandbox.ledger());
  const mandates = await mandateDifferences(app);
  const silent = await inDoubtWithoutPerson(app);
  const double = differences.filter(({ kind }) => kind === 'double').map(({ says }) => `charged twice: ${says}`);
  const unexplained = [
    ...differences.filter(({ explained }) => !explained).map(({ says, kind }) => `${kind}: ${says}`),
    ...mandates.unexplained,
    ...silent,
    ...double,
  ];
  const equal = differences.length === 0 && mandates.differ === 0;
  return { equal, needsOperator: !equal && unexplained.length === 0, unexplained };
}

/** What is still in doubt after a day must be in front of a person. */
async function inDoubtWithoutPerson({ database }: App): Promise<string[]> {
  const { paymentAttempts: t, refunds: r } = database.tables;
  const attempts = await database
    .select()
    .from(t)
    .where(inArray(t.state, ['SENT', 'UNKNOWN']));
  const refunds = await database
    .select()
    .from(r)
    .where(inArray(r.status, ['SENT', 'UNKNOWN']));
  return [
    ...attempts
      .filter(({ needsOperator }) => !needsOperator)
      .map(({ state }) => `an attempt stays ${state} and nobody is told`),
    ...refunds
      .filter(({ needsOperator }) => !needsOperator)
      .map(({ status }) => `a refund stays ${status} and nobody is told`),
  ];
}

/** A mandate that was to be deactivated is so at the provider, or its event is dead and somebody sees it. */
async function mandateDifferences({ database }: App) {
  const { mandates: m, outboxEvents: e } = database.tables;
  const ended = await database
    .select()
    .from(m)
    .where(inArray(m.status, ['DEACTIVATING', 'INACTIVE']));
  const dead = await database.select().from(e).where(eq(e.status, 'DEAD'));
  const waiting = ended.filter(({ status }) => status === 'DEACTIVATING').length;
  const unexplained = waiting > 0 && dead.length === 0 ? ['a mandate waits to be deactivated and nobody is told'] : [];
  return { differ: waiting, unexplained };
}
