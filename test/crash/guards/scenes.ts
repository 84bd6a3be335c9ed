import { setTimeout as sleep } from 'node:timers/promises';
import type { Subscription } from '../../../src/schema.ts';
import type { Ended, Started } from '../../support/cli.ts';
import { playRound } from '../harness/chaos.ts';
import type { Combination } from '../harness/combinations.ts';
import { isFrozen } from '../harness/frozen.ts';
import type { Plan, Round } from '../harness/plan.ts';
import type { Shop } from '../harness/shop.ts';
import { TODAY, type World } from '../harness/world.ts';

/** Situations in which one guard stands between a customer and a second charge. */
export interface Scene {
  plan: Plan;
  play(world: World, shop: Shop): Promise<void>;
}

const MINUTE_MS = 60_000;
const BILL = ['bill', '--date', TODAY, '--json', '--quiet', '--join'];

const quiet = (combination: Combination, more: Partial<Plan> = {}): Plan => ({
  seed: 1,
  combination,
  witness: 'auto',
  customers: 6,
  concurrency: 2,
  faults: [],
  rounds: [],
  recoversByProcess: false,
  serverPoint: undefined,
  ...more,
});

const round = (runners: number, failPoint?: string): Round => ({
  afterMinutes: 3,
  runners,
  failPoint,
  blows: [],
});

/** Three runners begin on the same date at the same moment: nothing but the database tells whose a cycle is. */
export const threeAtOnce: Scene = {
  plan: quiet({ engine: 'mysql', runners: 3 }),
  play: (world) => playRound(world, round(3)),
};

/** A runner dies with the provider's answer in its hand, and another one goes on. */
export const diesWithTheAnswer: Scene = {
  plan: quiet({ engine: 'sqlite', runners: 1 }),
  async play(world) {
    await playRound(world, round(1, 'charge:answered@3'));
    await playRound(world, round(1));
  },
};

/** A runner that holds attempts in its hand stands still, while another one charges them and dies before it says so. */
export const standsStill: Scene = {
  plan: quiet({ engine: 'sqlite', runners: 1 }),
  async play(world) {
    const slow = world.start(BILL, { PILLIVERY_TEST_STOP_POINT: 'charge:before-sent' });
    await becomesFrozen(slow);
    const quick = await world.start(BILL, { PILLIVERY_TEST_FAIL_POINT: 'settle:before' }).ended;
    expectKilled(quick);
    slow.child.kill('SIGCONT');
    await Promise.race([slow.ended, sleep(GOES_ON_MS)]); // it would wait a minute for the other one's charges
    slow.child.kill('SIGKILL');
    await slow.ended;
  },
};

/** Of two subscriptions on one mandate the first was executed, which nobody can tell yet, when the second comes. */
export const siblingInDoubt: Scene = {
  plan: quiet({ engine: 'sqlite', runners: 1 }, { concurrency: 1 }),
  async play(world, { debtors }) {
    const siblings = debtors.map(({ subscriptions }) => subscriptions).find(shareMandate) ?? [];
    const only = [...BILL, '--only', siblings.map(({ id }) => id).join()];
    expectKilled(await world.start(only, { PILLIVERY_TEST_FAIL_POINT: 'charge:answered' }).ended);
    await world.provider.setFaults([{ match: { op: 'status' }, effect: { kind: 'fail' } }]);
    await world.pass(3 * MINUTE_MS);
    await world.start(only).ended;
    await world.provider.setFaults([]);
    await world.pass(36 * MINUTE_MS);
    await world.start(only).ended;
  },
};

const shareMandate = ([one, other]: readonly Subscription[]): boolean =>
  other !== undefined && one?.mandateId === other.mandateId;

const GOES_ON_MS = 4_000;
const LOOK_EVERY_MS = 10;

async function becomesFrozen({ child }: Started): Promise<void> {
  while (!isFrozen(child.pid)) {
    if (child.exitCode !== null) throw new Error('The runner ended before it stood still.');
    await sleep(LOOK_EVERY_MS);
  }
}

function expectKilled({ signal, stderr }: Ended): void {
  if (signal !== 'SIGKILL') throw new Error(`The runner did not die where it should: ${stderr}`);
}
