import mysql from 'mysql2/promise';
import { Agent, request } from 'undici';
import type { App } from '../../src/app.ts';
import { auditBooks, type Movement } from '../../src/payments/index.ts';
import { openCheckout } from '../support/checkout.ts';
import { given } from '../support/given.ts';
import { percentile, round } from './figures.ts';
import { openStage, type Stage } from './stage.ts';
import type { Figures } from './run.ts';

const USERS = 100;
const ROUNDS = 5;
const PROVIDER_MS = 2_000;
/** A transaction this old belongs to somebody who waits inside it. */
const HELD_MS = 1_000;

/** As many approvals in flight as there are users; the shop's own limits stand aside. */
const WIDE = {
  PILLIVERY_PAYMENTS__KAKAOPAY__PAY__BULKHEAD: '100',
  PILLIVERY_PAYMENTS__KAKAOPAY__PAY__QUEUE: '100',
};

/** Approvals of many buyers at once against a slow provider: what the shop adds to the provider's own time. */
export async function measure(tell: (line: string) => void): Promise<Figures> {
  const stage = await openStage({ settings: WIDE });
  try {
    const paths = await openCheckouts(stage.app, USERS * ROUNDS);
    await stage.addFault({ match: { op: 'approve' }, effect: { kind: 'delay', wait: PROVIDER_MS, when: 'before' } });
    tell(`${paths.length} checkouts wait for their buyers`);
    const held = watchTransactions(stage);
    const times = await returnAll(stage, paths);
    const audit = await auditBooks(stage.app, await stage.ledger<Movement>());
    const mean = times.reduce((sum, ms) => sum + ms, 0) / times.length;
    const figures = {
      users: USERS,
      approvals: times.length,
      providerMs: PROVIDER_MS,
      meanMs: round(mean, 1),
      ratio: round(mean / PROVIDER_MS, 4),
      p50Ms: round(percentile(times, 50), 1),
      p95Ms: round(percentile(times, 95), 1),
      poolSize: stage.app.config.database.poolSize,
      connectionsHeldDuringCalls: await held.stop(),
      charges: audit.charges,
      differences: audit.differences.length,
    };
    tell(`mean ${figures.meanMs} ms for a provider of ${PROVIDER_MS} ms: ${figures.ratio}`);
    return figures;
  } finally {
    await stage.close();
  }
}

/** The way back of each buyer, as the provider's page gave it. */
async function openCheckouts(app: App, count: number): Promise<string[]> {
  const item = await given(app).item();
  const paths: string[] = [];
  for (let made = 0; made < count; made += 10) {
    const opened = await Promise.all(Array.from({ length: 10 }, () => openCheckout(app, { item })));
    for (const { attempt, approve } of opened) {
      const query = new URLSearchParams(await approve()).toString();
      paths.push(`/api/payments/approve/${attempt.publicId}?${query}`);
    }
  }
  return paths;
}

/** A closed model: each user comes back, waits for the answer, and comes back with the next order. */
async function returnAll({ api }: Stage, paths: readonly string[]): Promise<number[]> {
  const dispatcher = new Agent({ connections: USERS });
  const times: number[] = [];
  const user = async (index: number): Promise<void> => {
    await new Promise((resolve) => setTimeout(resolve, (index * PROVIDER_MS) / USERS)); // nobody comes in step
    for (let at = index; at < paths.length; at += USERS) {
      const started = performance.now();
      const { statusCode, body } = await request(`${api}${paths[at]}`, {
        dispatcher,
        headers: { accept: 'application/json' },
      });
      const text = await body.text();
      times.push(performance.now() - started);
      if (statusCode !== 200 || !text.includes('"approved"')) throw new Error(`Bug: ${statusCode} ${text}`);
    }
  };
  await Promise.all(Array.from({ length: USERS }, (_, index) => user(index)));
  await dispatcher.close();
  return times;
}

/** Asks the server every quarter of a second how many transactions wait; the most it has seen. */
function watchTransactions({ databaseUrl }: Stage): { stop(): Promise<number> } {
  let most = 0;
  let going = true;
  const watching = (async () => {
    const connection = await mysql.createConnection(databaseUrl);
    while (going) {
      const [rows] = await connection.query<mysql.RowDataPacket[]>(
        `select count(*) as held from information_schema.innodb_trx
         where timestampdiff(microsecond, trx_started, now(6)) > ?`,
        [HELD_MS * 1_000],
      );
      most = Math.max(most, Number(rows[0]?.['held'] ?? 0));
      await new Promise((resolve) => setTimeout(resolve, 250));
    }
    await connection.end();
  })();
  return {
    stop: async () => {
      going = false;
      await watching;
      return most;
    },
  };
}
