import { personFields } from '../accounts/index.ts';
import { hashPassword } from '../accounts/passwords.ts';
import type { User } from '../schema.ts';
import { idsOf, type IdAt } from './ids.ts';
import { drawsOf, type Draw } from './random.ts';
import type { SeedingApp, Source } from './source.ts';
import { STANDING } from './standing.ts';
import { CITIES, GIVEN_NAMES, NICKNAMES, STREETS, SURNAMES } from './words.ts';
import { writeRows } from './write.ts';

/** Known to everybody who reads this, which is why seeding is refused in production. */
export const SEEDED_PASSWORD = 'Seeded-Shop-1!';

/** A seeded user as its orders see it; the password's hash is added when the row is written. */
export type Person = Omit<User, 'passwordHash'>;

export interface People {
  idAt: IdAt;
  personAt(index: number): Person;
}

export function peopleOf(seed: number): People {
  const idAt = idsOf(seed, 'users', STANDING);
  const drawAt = drawsOf(seed, 'users');
  return { idAt, personAt: (index) => personOf(idAt(index), index, drawAt(index)) };
}

/**
 * Users with one password. Hashing takes 30 ms on purpose, so they share one hash; its salt is random, which makes it
 * one of the two values that differ between databases seeded alike.
 */
export function userSource({ database }: SeedingApp, { idAt, personAt }: People, total: number): Source {
  const { users } = database.tables;
  let passwordHash: string | null = null;
  return {
    kind: 'users',
    total,
    table: users,
    idAt,
    prepare: async () => {
      passwordHash = await hashPassword(SEEDED_PASSWORD);
    },
    write: (tx, indexes) =>
      writeRows(
        tx,
        users,
        indexes.map((index) => ({ ...personAt(index), passwordHash })),
      ),
  };
}

function personOf(id: string, index: number, draw: Draw): Person {
  const number = String(index + 1).padStart(6, '0');
  const email = `seed${number}@example.test`;
  const displayName = `${draw.pick(NICKNAMES)}${number}`;
  const at = new Date(STANDING.epochMs + index * STANDING.stepMs);
  return {
    id,
    customerRef: draw.base32(26),
    email,
    emailKey: personFields.keyOf(email),
    emailVerifiedAt: null,
    displayName,
    displayNameKey: personFields.keyOf(displayName),
    realName: draw.pick(SURNAMES) + draw.pick(GIVEN_NAMES),
    // Prefix 019 is no longer given out, so that no message ever reaches a stranger.
    phone: `019${number.padStart(8, '0')}`,
    zipCode: String(10_000 + draw.below(50_000)),
    city: draw.pick(CITIES),
    detailAddress: `${draw.pick(STREETS)} ${1 + draw.below(300)}, ${1 + draw.below(20)}층`,
    role: index === 0 ? 'ADMIN' : 'USER',
    status: 'ACTIVE',
    withdrawnAt: null,
    createdAt: at,
    updatedAt: at,
  };
}
