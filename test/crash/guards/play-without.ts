import { join } from 'node:path';
import { openDatabases } from '../harness/databases.ts';
import { startProvider } from '../harness/provider.ts';
import { recover } from '../harness/recovery.ts';
import { openForBusiness } from '../harness/shop.ts';
import { judge, type Verdict } from '../harness/verdict.ts';
import { openWorld, type Stage, type World } from '../harness/world.ts';
import { packageWithout, type Mutation } from './mutations.ts';
import type { Scene } from './scenes.ts';

/** What is taken out: code, and unique keys by their tables. */
export interface Removed {
  code?: readonly Mutation[];
  keys?: Readonly<Record<string, string>>;
}

export interface Theatre extends Stage {
  close(): Promise<void>;
}

export async function openTheatre(folder: string): Promise<Theatre> {
  const databases = openDatabases();
  const provider = await startProvider(join(folder, 'ledger.jsonl'));
  const close = async (): Promise<void> => {
    await Promise.all([databases.close(), provider.kill()]);
  };
  return { databases, provider, folder: join(folder, 'shop'), close };
}

/** Plays a scene on a shop that lacks some guards, and audits it: when it is over, and again once all is recovered. */
export async function playWithout(theatre: Theatre, scene: Scene, { code = [], keys = {} }: Removed): Promise<Verdict> {
  const copy = await packageWithout(code);
  const world = await openWorld(scene.plan, { ...theatre, root: copy.root });
  try {
    const shop = await openForBusiness(world);
    await dropKeys(world, keys);
    await scene.play(world, shop);
    const over = await judge(world, shop);
    if (over.doubles.length > 0) return over; // no recovery could take that back
    await recover(world);
    return await judge(world, shop);
  } finally {
    await world.close();
    await copy.remove();
    theatre.databases.spoil();
  }
}

async function dropKeys({ app: { database } }: World, keys: Readonly<Record<string, string>>): Promise<void> {
  const isMysql = database.engine === 'mysql';
  // MySQL wants an index of some sort for each foreign key, and the unique one was it.
  if (isMysql && 'billing_cycles_cycle' in keys) {
    await database.raw('create index billing_cycles_plain on billing_cycles (subscription_id)');
  }
  for (const [key, table] of Object.entries(keys)) {
    await database.raw(isMysql ? `drop index ${key} on ${table}` : `drop index ${key}`);
  }
}
