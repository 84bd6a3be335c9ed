import { nameOf } from './combinations.ts';
import { playRound } from './chaos.ts';
import type { Plan } from './plan.ts';
import { acceptProposals, recover } from './recovery.ts';
import { playServer } from './server.ts';
import { openForBusiness } from './shop.ts';
import { judge, type Verdict } from './verdict.ts';
import { openWorld, type Kills, type Stage } from './world.ts';

/** One run as it was played. */
export interface Played extends Verdict {
  seed: number;
  combination: string;
  witness: Plan['witness'];
  kills: Kills;
  charges: number;
  /** What witnesses proposed and a person then booked. */
  proposals: number;
  seconds: number;
}

/** Plays a plan from the shop's opening to the audit. */
export async function play(plan: Plan, stage: Stage): Promise<Played> {
  const startedMs = performance.now();
  const world = await openWorld(plan, stage);
  try {
    const shop = await openForBusiness(world);
    for (const round of plan.rounds) await playRound(world, round);
    if (plan.serverPoint) await playServer(world, plan.serverPoint);
    await recover(world);
    const alone = await judge(world, shop);
    const proposals = await acceptProposals(world);
    const last = proposals > 0 ? await judge(world, shop) : alone;
    return {
      seed: plan.seed,
      combination: nameOf(plan.combination),
      witness: plan.witness,
      kills: world.kills,
      charges: (await world.provider.ledger()).filter(({ op }) => op === 'charge').length,
      proposals,
      // What the machines left to a person is judged before the person, and once more after.
      doubles: [...new Set([...alone.doubles, ...last.doubles])],
      lost: [...new Set([...alone.lost, ...last.lost])],
      stuck: [...new Set([...alone.stuck, ...last.stuck])],
      unknownOpen: last.unknownOpen,
      seconds: (performance.now() - startedMs) / 1_000,
    };
  } finally {
    await world.close();
  }
}
