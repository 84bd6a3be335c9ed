import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { ENGINES } from '../support/databases.ts';
import {
  CYCLE_KEYS,
  FENCE_KEYS,
  NO_DOUBT_ABOUT_THE_WITNESS,
  NO_FENCE,
  NO_LEASE,
  NO_ROW_LOCKS,
  NO_STATE_GUARD,
  SENT_AFTER_CALL,
} from './guards/mutations.ts';
import { openTheatre, playWithout, type Removed, type Theatre } from './guards/play-without.ts';
import { diesWithTheAnswer, siblingInDoubt, standsStill, threeAtOnce, type Scene } from './guards/scenes.ts';

const RIGHT = { doubles: [], lost: [] };

const NOTHING: Removed = {};
const ROW_LOCKS: Removed = { code: NO_ROW_LOCKS };
const UNIQUE_KEYS: Removed = { keys: { ...CYCLE_KEYS, ...FENCE_KEYS } };
const STATE_GUARD: Removed = { code: NO_STATE_GUARD };
const MANDATE_FENCE: Removed = { code: NO_FENCE, keys: FENCE_KEYS };
const DOUBT: Removed = { code: NO_DOUBT_ABOUT_THE_WITNESS };
const SENT_FIRST: Removed = { code: SENT_AFTER_CALL };
const LEASE: Removed = { code: NO_LEASE };

const both = (one: Removed, other: Removed): Removed => ({
  code: [...(one.code ?? []), ...(other.code ?? [])],
  keys: { ...one.keys, ...other.keys },
});

describe('the audit of a crash', { timeout: 180_000 }, () => {
  let theatre: Theatre;
  let folder: string;
  beforeAll(async () => {
    folder = await mkdtemp(join(tmpdir(), 'pillivery-guards-'));
    theatre = await openTheatre(folder);
  });
  afterAll(async () => {
    await theatre.close();
    await rm(folder, { recursive: true, force: true });
  });

  const audit = (scene: Scene, removed: Removed) => playWithout(theatre, scene, removed);

  describe.runIf(ENGINES.includes('mysql'))('of three runners that begin at the same moment', () => {
    it.each([
      ['every guard in place', NOTHING],
      ['no unique keys, for rows are locked', UNIQUE_KEYS],
      ['no row locks, for keys are unique', ROW_LOCKS],
    ])('finds nothing with %s', async (_, removed) => {
      expect(await audit(threeAtOnce, removed)).toMatchObject(RIGHT);
    });

    it('finds double charges without both', async () => {
      expect((await audit(threeAtOnce, both(UNIQUE_KEYS, ROW_LOCKS))).doubles).not.toEqual([]);
    });
  });

  describe('of a runner that holds attempts which another one charges meanwhile', () => {
    it.each([
      ['every guard in place', NOTHING],
      ['no state guard, for the mandate is fenced', STATE_GUARD],
      ['no fence, for the state is guarded', MANDATE_FENCE],
    ])('finds nothing with %s', async (_, removed) => {
      expect(await audit(standsStill, removed)).toMatchObject(RIGHT);
    });

    it('finds double charges without both', async () => {
      expect((await audit(standsStill, both(STATE_GUARD, MANDATE_FENCE))).doubles).not.toEqual([]);
    });
  });

  describe('of a runner that dies with the answer in its hand', () => {
    it('finds nothing when SENT was committed before the call', async () => {
      expect(await audit(diesWithTheAnswer, NOTHING)).toMatchObject(RIGHT);
    });

    it('finds a double charge when it was to be committed after it', async () => {
      expect((await audit(diesWithTheAnswer, SENT_FIRST)).doubles).not.toEqual([]);
    });
  });

  describe('of two subscriptions on one mandate, the first of them in doubt', () => {
    it.each([
      ['every guard in place', NOTHING],
      ['no doubt about the witness, for the mandate is fenced', DOUBT],
    ])('finds nothing with %s', async (_, removed) => {
      expect(await audit(siblingInDoubt, removed)).toMatchObject(RIGHT);
    });

    it('finds a charge of which nobody can tell any more without the fence', async () => {
      const { doubles, lost } = await audit(siblingInDoubt, MANDATE_FENCE);
      expect({ doubles, lost }).toMatchObject({ doubles: [], lost: [expect.stringContaining('booked UNKNOWN')] });
    });

    it('finds a double charge without both', async () => {
      expect((await audit(siblingInDoubt, both(MANDATE_FENCE, DOUBT))).doubles).not.toEqual([]);
    });
  });

  describe('of runners without leases', () => {
    const scenes = [standsStill, diesWithTheAnswer, ...(ENGINES.includes('mysql') ? [threeAtOnce] : [])];
    it.each(scenes)('finds nothing in scene %#: a lease guards no money', async (scene) => {
      expect(await audit(scene, LEASE)).toMatchObject(RIGHT);
    });
  });
});
