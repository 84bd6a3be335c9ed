import { describe, expect, it } from 'vitest';
import { environmentFor } from '../support/bundle.ts';
import { pipeToCli, runCli } from '../support/cli.ts';
import { peopleAt, said } from '../accounts/people.ts';

const PASSWORD = 'Owner-Horse-7';
const OWNER = ['--email', 'owner@example.test', '--display-name', 'Owner', '--password-stdin'];

/** A shop in a SQLite file, so that the binary and the API see the same. */
async function shop() {
  const people = await peopleAt({ engine: 'sqlite' });
  const { databaseUrl, sandbox, clock } = people;
  const environment = {
    COLUMNS: '100',
    NO_COLOR: '1',
    ...environmentFor({ databaseUrl, sandbox }),
    PILLIVERY_CLOCK__NOW: clock.now().toISOString(),
  };
  const audit = () => people.app.database.select().from(people.app.database.tables.auditLog);
  return { ...people, environment, audit };
}

describe('user create', () => {
  it('makes the first admin, with the password of standard input, and writes down who did it', async () => {
    const { environment, logIn, audit } = await shop();
    const made = await pipeToCli(`${PASSWORD}\n`, ['user', 'create', '--admin', '--by', 'root', ...OWNER], environment);
    expect(made).toMatchObject({
      code: 0,
      stdout: expect.stringMatching(/^admin \S+ can log in as owner@example.test\n$/),
    });
    const { body } = await logIn({ email: 'owner@example.test', password: PASSWORD });
    expect(body.data.user.role).toBe('ADMIN');
    const targetId = body.data.user.id;
    expect(await audit()).toMatchObject([
      { actorType: 'ADMIN', actorId: 'root', action: 'user.create', targetId, after: { role: 'ADMIN' } },
    ]);
  });

  it('refuses what is taken, a weak password, and no password at all, and makes nobody', async () => {
    const { app, environment, enter, audit } = await shop();
    await enter({ email: 'owner@example.test' });
    const create = ['user', 'create', ...OWNER, '--json'];
    const taken = await pipeToCli(`${PASSWORD}\n`, create, environment);
    const weak = await pipeToCli('weak\n', create, environment);
    const none = await runCli(
      create.filter((word) => word !== '--password-stdin'),
      environment,
    );
    expect([taken, weak, none].map(({ code, stdout }) => [code, JSON.parse(stdout).error.code])).toEqual([
      [1, 'EMAIL_TAKEN'],
      [2, 'VALIDATION_FAILED'],
      [2, 'PASSWORD_MISSING'],
    ]);
    expect(weak.stdout).not.toContain('"weak"');
    expect(await audit()).toEqual([]);
    expect(await app.database.select().from(app.database.tables.users)).toHaveLength(1);
  });
});

describe('user revoke-sessions', () => {
  it('logs somebody out everywhere, and writes down why', async () => {
    const { environment, enter, logIn, me, refresh, audit } = await shop();
    const { access, refresh: token, id } = await enter();
    await logIn();
    const words = ['--email', 'HANEUL@example.test', '--note', 'lost a phone', '--json'];
    const ended = await runCli(['user', 'revoke-sessions', ...words], environment);
    expect(ended.code).toBe(0);
    expect(JSON.parse(ended.stdout)).toMatchObject({ userId: id, revoked: 2 });
    expect([said(await me(access)), said(await refresh(token))]).toEqual([
      [401, 'SESSION_REVOKED'],
      [401, 'REFRESH_INVALID'],
    ]);
    expect(await audit()).toMatchObject([
      { action: 'user.revoke_sessions', targetId: id, reason: 'lost a phone', after: { revoked: 2 } },
    ]);
    expect((await logIn()).status).toBe(200);
  });

  it('says when there is nobody by that e-mail', async () => {
    const { environment } = await shop();
    const { code, stderr } = await runCli(['user', 'revoke-sessions', '--email', 'who@example.test'], environment);
    expect(code).toBe(1);
    expect(stderr).toContain('There is no such user.');
  });
});
