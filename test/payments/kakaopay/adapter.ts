import { readFileSync } from 'node:fs';
import type { IncomingMessage, ServerResponse } from 'node:http';
import { text } from 'node:stream/consumers';
import { onTestFinished } from 'vitest';
import type { PaymentProvider } from '../../../src/payments/provider.ts';
import { openKakaoPay } from '../../../src/payments/providers/kakaopay/index.ts';
import { systemClock, type MovableClock } from '../../../src/platform/clock.ts';
import { loadConfig, type Environment } from '../../../src/platform/config/index.ts';
import { openMetrics, type Metrics } from '../../../src/platform/metrics.ts';
import { environmentFor, ROOT } from '../../support/environment.ts';
import { httpServer } from '../../support/loopback.ts';
import { recordingLog, type Line } from '../../support/recording-log.ts';

/** The approval of the recorded shapes: noon in Seoul, outside the bank's night. */
export const NOON = new Date('2026-11-24T03:00:00Z');

export interface Recorded {
  endpoint: string;
  certainty: 'D' | 'R' | 'I';
  date: string;
  http: number;
  body: Record<string, unknown>;
}

const FIXTURES = `${ROOT}/test/fixtures/provider/kakaopay`;

export const recorded = (name: string): Recorded =>
  JSON.parse(readFileSync(`${FIXTURES}/${name}.json`, 'utf8')) as Recorded;

export const goldenRequest = (name: string): Record<string, unknown> =>
  JSON.parse(readFileSync(`${FIXTURES}/requests/${name}.json`, 'utf8')) as Record<string, unknown>;

export interface Adapter {
  provider: PaymentProvider;
  clock: MovableClock;
  lines: Line[];
  metrics: Metrics;
}

const group = (name: string, settings: Record<string, number>): Environment =>
  Object.fromEntries(
    Object.entries(settings).map(([key, value]) => [`PILLIVERY_PAYMENTS__KAKAOPAY__${name}__${key}`, String(value)]),
  );

const GROUPS = ['PAY', 'CHARGE', 'REFUND', 'LOOKUP'];

const inEachGroup = (settings: Record<string, number>): Environment =>
  Object.assign({}, ...GROUPS.map((name) => group(name, settings)));

/** Further tries come at once. */
export const HASTY = inEachGroup({ BACKOFF_MS: 1 });

/** Time limits that a test can wait for; on a busy machine they meet good answers too. */
export const IMPATIENT: Environment = {
  ...HASTY,
  ...inEachGroup({ CONNECT_TIMEOUT_MS: 250, READ_TIMEOUT_MS: 250 }),
};

/** The adapter alone, at whatever answers at `url`. */
export function adapterAt(url: string, settings: Environment = {}): Adapter {
  const environment = environmentFor({ databaseUrl: 'sqlite::memory:', sandbox: { url }, settings });
  const config = loadConfig({ root: ROOT, cwd: ROOT, environment });
  const clock = systemClock(NOON);
  const log = recordingLog();
  const metrics = openMetrics();
  const provider = openKakaoPay(config, { clock, log, metrics });
  onTestFinished(() => provider.close());
  return { provider, clock, lines: log.lines, metrics };
}

export interface Heard {
  path: string;
  authorization: string | undefined;
  body: Record<string, unknown>;
}

export type Reply = (response: ServerResponse, request: IncomingMessage) => void;

export const json =
  (status: number, body: unknown, headers: Record<string, string> = {}): Reply =>
  (response) =>
    void response.writeHead(status, { 'content-type': 'application/json', ...headers }).end(JSON.stringify(body));

export const replay = (name: string, changes: Record<string, unknown> = {}): Reply => {
  const { http, body } = recorded(name);
  return json(http, { ...body, ...changes });
};

/** The adapter at a server that gives these answers in turn, the last one for ever. */
export async function scripted(replies: Reply[], settings: Environment = {}): Promise<Adapter & { heard: Heard[] }> {
  const heard: Heard[] = [];
  const port = await httpServer(async (request, response) => {
    const { url = '', headers } = request;
    heard.push({ path: url, authorization: headers.authorization, body: JSON.parse(await text(request)) });
    (replies[heard.length - 1] ?? replies.at(-1))?.(response, request);
  });
  return { ...adapterAt(`http://127.0.0.1:${port}`, settings), heard };
}
