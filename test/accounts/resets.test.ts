import { describe, expect, it } from 'vitest';
import { relayOnce, type Sink } from '../../src/outbox/index.ts';
import type { OutboxEvent } from '../../src/schema.ts';
import { ENGINES } from '../support/databases.ts';
import { PERSON } from '../support/person.ts';
import { peopleAt, said } from './people.ts';

const NEW = 'Other-Horse-8';

/** A shop whose notices are kept as a mailbox would. */
async function withMailbox(engine: 'sqlite' | 'mysql' | 'sqlite-memory' = 'sqlite-memory') {
  const people = await peopleAt({ engine });
  const mails: OutboxEvent[] = [];
  const mailbox: Sink = { name: 'log', takes: () => true, deliver: async (event) => void mails.push(event) };
  people.app.sinks = [mailbox];
  const ask = (email: string = PERSON.email) => people.call('POST', '/api/auth/password-resets', { body: { email } });
  const fetchMail = async () => {
    await relayOnce(people.app);
    return mails.splice(0).map(({ type, payload }) => ({ type, ...payload }));
  };
  /** Asks for a link and takes the token out of it. */
  const askForToken = async (): Promise<string> => {
    await ask();
    const [mail] = await fetchMail();
    return String(mail && 'link' in mail ? mail.link : '').split('#token=')[1] ?? '';
  };
  const confirm = (token: string, newPassword = NEW) =>
    people.call('POST', '/api/auth/password-resets/confirm', { body: { token, newPassword } });
  return { ...people, ask, fetchMail, askForToken, confirm };
}

describe.each(ENGINES)('a password reset on %s', (engine) => {
  it('sends a link whose token sets the password once, ends sessions and marks the e-mail verified', async () => {
    const { enter, logIn, me, askForToken, confirm, fetchMail } = await withMailbox(engine);
    const { access } = await enter();
    const token = await askForToken();
    expect((await confirm(token)).status).toBe(204);
    expect(said(await me(access))).toEqual([401, 'SESSION_REVOKED']);
    expect(said(await logIn())).toEqual([401, 'BAD_CREDENTIALS']);
    const { body } = await logIn({ password: NEW });
    expect((await me(body.data.accessToken)).body.data.emailVerified).toBe(true);
    expect(said(await confirm(token, 'Third-Horse-9'))).toEqual([401, 'RESET_TOKEN_INVALID']);
    expect(await fetchMail()).toMatchObject([{ type: 'user.password_changed' }]);
  });

  it('used by two at once sets one password', async () => {
    const { enter, askForToken, confirm } = await withMailbox(engine);
    await enter();
    const token = await askForToken();
    const answers = await Promise.all([confirm(token), confirm(token, 'Third-Horse-9')]);
    expect(answers.map(({ status }) => status).toSorted((a, b) => a - b)).toEqual([204, 401]);
  });
});

describe('a password reset', () => {
  it('asked for an unknown e-mail gets the same answer and sends nothing', async () => {
    const { enter, ask, fetchMail } = await withMailbox();
    await enter();
    const answers = [await ask(), await ask('who@example.test')];
    expect(answers.map(({ status, text }) => [status, text])).toEqual([
      [202, ''],
      [202, ''],
    ]);
    expect(await fetchMail()).toHaveLength(1);
  });

  it('has no secret in the outbox, and only a hash of the token in the database', async () => {
    const { app, enter, askForToken } = await withMailbox();
    const { id } = await enter();
    const token = await askForToken();
    const { outboxEvents, oneTimeTokens } = app.database.tables;
    const events = await app.database.select().from(outboxEvents);
    expect(events).toMatchObject([{ type: 'user.password_reset', payload: { userId: id } }]);
    const tokens = await app.database.select().from(oneTimeTokens);
    expect(tokens).toMatchObject([{ purpose: 'PASSWORD_RESET', userId: id }]);
    expect(JSON.stringify([events, tokens])).not.toContain(token);
  });

  it('is over after half an hour', async () => {
    const { enter, askForToken, confirm, later } = await withMailbox();
    await enter();
    const token = await askForToken();
    later(30 * 60_000 + 1_000);
    expect(said(await confirm(token))).toEqual([401, 'RESET_TOKEN_INVALID']);
  });

  it('puts the token behind the # of the link, where it goes to no server', async () => {
    const { enter, ask, fetchMail } = await withMailbox();
    await enter();
    await ask();
    expect(await fetchMail()).toMatchObject([
      { email: PERSON.email, link: expect.stringMatching(/^http:\/\/127\.0\.0\.1:8080\/password-reset#token=pvp_/) },
    ]);
  });

  it('is not sent to somebody who was suspended meanwhile', async () => {
    const { app, enter, ask, fetchMail } = await withMailbox();
    await enter();
    await ask();
    await app.database.update(app.database.tables.users).set({ status: 'SUSPENDED' }).where(undefined);
    expect(await fetchMail()).toEqual([]);
  });

  it('may be asked for five times an hour, for an unknown e-mail too', async () => {
    const { enter, ask } = await withMailbox();
    await enter();
    for (const email of [PERSON.email, 'who@example.test']) {
      for (let turn = 0; turn < 5; turn += 1) expect((await ask(email)).status).toBe(202);
      expect(said(await ask(email))).toEqual([429, 'RATE_LIMITED']);
    }
  });
});
