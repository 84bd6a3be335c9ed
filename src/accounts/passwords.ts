import { hash, verify } from '@node-rs/argon2';

/** OWASP's least parameters for argon2id: 19 MiB, two passes, one lane. */
const PARAMETERS = { memoryCost: 19_456, timeCost: 2, parallelism: 1 };

export const hashPassword = (password: string): Promise<string> => hash(password, PARAMETERS);

let absentHash: Promise<string> | undefined;

/** Checks a password; without a hash (no such user) it takes the same time and says no. */
export async function verifyPassword(stored: string | null | undefined, password: string): Promise<boolean> {
  absentHash ??= hashPassword('nobody has this password');
  const matches = await verify(stored ?? (await absentHash), password);
  return matches && typeof stored === 'string';
}
