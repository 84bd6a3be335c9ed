import { and, eq, gt, isNull } from '../../platform/database/sql.ts';
import type { App } from '../../app.ts';
import { Unauthenticated } from '../../platform/errors.ts';
import type { Transaction } from '../../schema.ts';
import { setPassword } from '../change-password.ts';
import { lockUser } from '../queries.ts';
import { resetHashOf } from './reset-token.ts';

type Confirming = Pick<App, 'database' | 'clock' | 'newId' | 'passwords'>;

/** Sets a password by the token of a link, once. Whoever could read the mail has shown that the e-mail is theirs. */
export async function confirmReset(
  app: Confirming,
  { token, newPassword }: { token: string; newPassword: string },
): Promise<void> {
  const good = goodTokenOf(app, token);
  const { oneTimeTokens } = app.database.tables;
  const [found] = await app.database.select().from(oneTimeTokens).where(good);
  if (!found) throw invalidToken(); // before the hashing, which is dear
  const passwordHash = await app.passwords.hash(newPassword);
  await app.database.transaction(async (tx) => {
    const userId = await use(tx, app, token);
    const user = userId === null ? undefined : await lockUser(tx, app, userId);
    if (user?.status !== 'ACTIVE') throw invalidToken();
    const emailVerifiedAt = user.emailVerifiedAt ?? app.clock.now();
    await setPassword(tx, app, user.id, { passwordHash, emailVerifiedAt });
    const others = and(eq(oneTimeTokens.userId, user.id), eq(oneTimeTokens.purpose, 'PASSWORD_RESET'));
    await tx.delete(oneTimeTokens).where(others);
  });
}

const invalidToken = () =>
  new Unauthenticated('RESET_TOKEN_INVALID', 'This link is no longer good; ask for another one.');

const goodTokenOf = ({ database, clock }: Confirming, token: string) => {
  const { oneTimeTokens: t } = database.tables;
  const own = and(eq(t.tokenHash, resetHashOf(token)), eq(t.purpose, 'PASSWORD_RESET'));
  return and(own, isNull(t.usedAt), gt(t.expiresAt, clock.now()));
};

/** Of two who use one token at once, only one changes `used_at`. */
async function use(tx: Transaction, app: Confirming, token: string): Promise<string | null> {
  const { oneTimeTokens: t } = app.database.tables;
  const [found] = await tx
    .select()
    .from(t)
    .where(eq(t.tokenHash, resetHashOf(token)));
  const written = await tx.update(t).set({ usedAt: app.clock.now() }).where(goodTokenOf(app, token));
  if (!found || written.rowsAffected === 0) throw invalidToken();
  return found.userId;
}
