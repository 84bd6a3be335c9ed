import { readdir, readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { relayOnce } from '../../src/outbox/index.ts';
import { bundle, type Bundle } from '../support/bundle.ts';
import { openCheckout, RECEIVER } from '../support/checkout.ts';
import { runCli } from '../support/cli.ts';
import { environmentFor } from '../support/environment.ts';
import { given } from '../support/given.ts';
import { ENGINES } from '../support/databases.ts';
import { serveShop } from '../support/serve.ts';
import { passAnHour } from '../support/time.ts';

/** Secrets of this shop that nothing may repeat, each recognisable wherever it turns up. */
const CANARIES = {
  PILLIVERY_AUTH__JWT_KEY: 'canary-jwt-key-0123456789-0123456789-01',
  PILLIVERY_PAYMENTS__TOKEN_KEY: 'canary-token-key-0123456789-0123456789',
  PILLIVERY_PAYMENTS__KAKAOPAY__SECRET_KEY: 'SANDBOX-canary-secret-key',
};
/** The merchant number that the sandbox puts on its cards. */
const CARD = ['123456789'];

/** Every text of every row of every table. */
async function everyText({ app }: Bundle): Promise<string> {
  const texts: string[] = [];
  for (const table of Object.values(app.database.tables)) {
    for (const row of await app.database.select().from(table as never)) texts.push(JSON.stringify(row));
  }
  return texts.join('\n');
}

async function everyFile(folder: string): Promise<string> {
  const names = await readdir(folder, { recursive: true }).catch(() => []);
  const texts = await Promise.all(names.map((name) => readFile(join(folder, name), 'utf8').catch(() => '')));
  return texts.join('\n');
}

describe.each(ENGINES)('a full run with planted secrets on %s', (engine) => {
  it('repeats none of them in logs, database, files, metrics or answers', async () => {
    const settings = { ...CANARIES, PILLIVERY_LOG__LEVEL: 'debug' };
    const shop = await bundle({ engine, settings: CANARIES });
    const tokens: string[] = [];
    const server = await serveShop(shop, settings);
    const answers: unknown[] = [];

    // Paid by card, paid with a lost answer, refused, forged: each way back carries a one-time token.
    for (const [index, effect] of [undefined, { kind: 'commit_drop' }, { kind: 'decline', code: -782 }].entries()) {
      const { attempt, approve } = await openCheckout(shop.app, { kind: index === 0 ? 'SUBSCRIPTION' : 'ONE_OFF' });
      if (effect) shop.sandbox.addFault({ match: { op: 'approve' }, effect: effect as never, times: 1 });
      const query = await approve();
      tokens.push(query['pg_token'] ?? 'no token');
      const path = `/api/payments/approve/${attempt.publicId}?${new URLSearchParams(query).toString()}`;
      answers.push(await server.get(path), await server.get(path.replace(/pg_token=.*/, 'pg_token=canary-forged')));
    }
    answers.push(await server.get('/api/payments/approve/pa_x?pg_token=canary-nowhere'));
    await given(shop.app).subscription();
    const bill = await runCli(['bill', '--date', '2026-11-20', '--json'], {
      ...environmentFor({ ...shop, settings }),
      PILLIVERY_CLOCK__NOW: shop.clock.now().toISOString(),
      PILLIVERY_DATA_DIR: shop.app.config.dataDir,
    });
    await passAnHour(shop);
    await relayOnce(shop.app);
    server.child.kill('SIGTERM');
    const served = await server.ended;

    const sids = await mandateTokens(shop);
    const said = [served.stdout, served.stderr, bill.stdout, bill.stderr, JSON.stringify(answers)].join('\n');
    const kept = [await everyText(shop), await everyFile(join(shop.app.config.dataDir, 'spool'))].join('\n');
    const metrics = await shop.app.metrics.text();
    const secrets = [...Object.values(CANARIES), ...tokens, ...sids, ...CARD, 'canary-forged', 'canary-nowhere'];
    const found = (text: string) => secrets.filter((secret) => text.includes(secret));
    expect({ said: found(said), kept: found(kept), metrics: found(metrics) }).toEqual({
      said: [],
      kept: [],
      metrics: [],
    });
    // The run was a full one, and people's data stay out of what is said.
    expect(served.stderr).toContain('provider_call');
    expect(bill.stderr).toContain('provider_call');
    expect(sids.length).toBeGreaterThan(0);
    expect([RECEIVER.phone, RECEIVER.realName].filter((text) => said.includes(text))).toEqual([]);
  });
});

/** The mandates' tokens in clear text, as only the vault can give them. */
async function mandateTokens({ app }: Bundle): Promise<string[]> {
  const { mandates } = app.database.tables;
  const rows = await app.database.select().from(mandates);
  return rows.map(({ tokenCipher }) => app.payments.vault().open(tokenCipher));
}
