import { setTimeout as sleep } from 'node:timers/promises';
import type { Started } from '../../support/cli.ts';
import { isFrozen } from './frozen.ts';
import type { Blow, Round } from './plan.ts';
import { countKill, TODAY, type World } from './world.ts';

const MINUTE_MS = 60_000;
const LOOK_EVERY_MS = 10;
/** Longest that a blow waits for its charges, which may never come. */
const DEALT_WITHIN_MS = 3_000;
/** Longest that runners may go on once the last blow is dealt: one may wait for a dead one's charge for a minute. */
const GOES_ON_MS = 3_000;
/** Longest for a process to get to its work on a machine that is busy. */
const STARTS_WITHIN_MS = 120_000;

/** Starts the round's runners, lets them go at the same moment, deals the blows, and returns when none is left. */
export async function playRound(world: World, round: Round): Promise<void> {
  await world.pass(round.afterMinutes * MINUTE_MS);
  const runners = startRunners(world, round);
  const gone = runners.map(({ ended }, index) =>
    ended.then((end) => countKill(world, 'runner', end, index === 0 ? round.failPoint : undefined)),
  );
  await Promise.all(runners.map(standsReady));
  for (const { child } of runners) child.kill('SIGCONT');

  const from = world.provider.charges();
  const blows = round.blows.map((blow) => deal(world, blow, runners, from));
  await Promise.all(blows);
  await Promise.race([Promise.all(gone), sleep(GOES_ON_MS)]);
  for (const { child } of runners) child.kill('SIGKILL');
  await Promise.all(gone);
}

/** Each freezes itself before it takes its lease, so that slow starts do not spread them. */
function startRunners(world: World, { runners, failPoint }: Round): Started[] {
  return Array.from({ length: runners }, (_, index) =>
    world.start(
      ['bill', '--date', TODAY, '--json', '--quiet', ...(world.plan.combination.runners > 1 ? ['--join'] : [])],
      {
        PILLIVERY_TEST_STOP_POINT: 'run:started',
        ...(index === 0 && failPoint && { PILLIVERY_TEST_FAIL_POINT: failPoint }),
      },
    ),
  );
}

async function standsReady(runner: Started): Promise<void> {
  const until = performance.now() + STARTS_WITHIN_MS;
  while (!hasEnded(runner) && !isFrozen(runner.child.pid)) {
    if (performance.now() > until) throw new Error('A runner did not get to its work.');
    await sleep(LOOK_EVERY_MS);
  }
}

const hasEnded = ({ child }: Started): boolean => child.exitCode !== null || child.signalCode !== null;

async function deal(world: World, blow: Blow, runners: readonly Started[], from: number): Promise<void> {
  const { provider, databases, kills } = world;
  const until = performance.now() + DEALT_WITHIN_MS;
  const isTime = () => provider.charges() - from >= blow.afterCharges || performance.now() > until;
  while (!isTime() && !runners.every(hasEnded)) await sleep(LOOK_EVERY_MS);
  await sleep(blow.delayMs);
  if (blow.target === 'runner') {
    runners[blow.index]?.child.kill('SIGKILL');
    return;
  }
  const victim = blow.target === 'sandbox' ? provider : databases;
  await victim.kill();
  kills[blow.target] += 1;
  await sleep(blow.awayMs);
  await victim.startAgain();
}
