import { eq } from '../../platform/database/sql.ts';
import type { App } from '../../app.ts';
import { withOffset } from '../../platform/calendar.ts';
import type { OutboxEvent } from '../../schema.ts';
import { newResetToken, RESET_LIFE_MS, resetHashOf } from './reset-token.ts';

/**
 * Adds the link to a notice that is about to be sent, so that no queue or table ever holds it. Nothing is sent to
 * somebody who has gone meanwhile. Each try mints a token of its own; all of them end with the first that is used.
 */
export async function mintResetLink(
  { config, database, clock }: Pick<App, 'config' | 'database' | 'clock'>,
  { payload }: Pick<OutboxEvent, 'payload'>,
): Promise<Record<string, unknown> | undefined> {
  const { users, oneTimeTokens } = database.tables;
  const userId = String(payload['userId']);
  const [user] = await database.select().from(users).where(eq(users.id, userId));
  if (user?.status !== 'ACTIVE' || user.email === null) return undefined;
  const token = newResetToken();
  const now = clock.now();
  const expiresAt = new Date(now.getTime() + RESET_LIFE_MS);
  await database.insert(oneTimeTokens).values({
    tokenHash: resetHashOf(token),
    purpose: 'PASSWORD_RESET',
    userId,
    expiresAt,
    usedAt: null,
    createdAt: now,
  });
  // Behind the #, which browsers keep to themselves: the token stands in no server's log and in no Referer.
  const link = `${config.shop.storefrontUrl}/password-reset#token=${token}`;
  return { ...payload, email: user.email, link, expiresAt: withOffset(config.shop.timeZone, expiresAt) };
}
