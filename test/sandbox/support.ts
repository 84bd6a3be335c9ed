import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { onTestFinished } from 'vitest';
import { systemClock, type MovableClock } from '../../src/platform/clock.ts';
import { startSandbox, type Sandbox, type SandboxOptions } from '../../src/sandbox/index.ts';

const ONE_TIME = 'TC0ONETIME';
export const RECURRING = 'TCSUBSCRIP';
export const NOON = new Date('2026-11-24T03:00:00Z');

export type Json = Record<string, unknown>;

/** A field of an answer as text, for addresses and comparisons. */
export const textOf = (body: Json, field: string): string => String(body[field]);
export interface Reply {
  status: number;
  headers: Headers;
  body: Json;
}

export interface Bundle {
  sandbox: Sandbox;
  clock: MovableClock;
  /** One provider call with the body as it is. */
  call(name: string, body: unknown, headers?: Record<string, string>): Promise<Reply>;
  /** Another HTTP request to the sandbox. */
  request(method: string, path: string, body?: unknown, headers?: Record<string, string>): Promise<Reply>;
  /** A page or a button, without following where it leads. */
  browse(method: string, path: string): Promise<Response>;
  /** From ready to the customer's press of `approve`; what approve needs afterwards. */
  authenticated(changes?: Json, method?: 'MONEY' | 'CARD'): Promise<Json>;
  /** A mandate, made by a first payment. */
  mandate(changes?: Json): Promise<{ sid: string; tid: string }>;
}

/** A clock that stands still until it is moved, so that a busy machine changes no timestamp. */
function standingClock(startAt: Date): MovableClock {
  let moment = startAt;
  return {
    now: () => moment,
    monotonicMs: systemClock().monotonicMs,
    moveTo: (next) => {
      moment = next;
    },
  };
}

/** A sandbox of its own for one test, at noon in Seoul, closed when the test ends. */
export async function bundle(options: Partial<SandboxOptions> = {}): Promise<Bundle> {
  const clock = standingClock(NOON);
  const sandbox = await startSandbox({ clock, ...options });
  onTestFinished(() => sandbox.close());
  return over(sandbox, clock);
}

function over(sandbox: Sandbox, clock: MovableClock): Bundle {
  const request: Bundle['request'] = async (method, path, body, headers = {}) => {
    const payload = body === undefined ? null : typeof body === 'string' ? body : JSON.stringify(body);
    const response = await fetch(sandbox.url + path, {
      method,
      headers: { ...JSON_TYPE, ...headers },
      ...(payload !== null && { body: payload }),
    });
    return { status: response.status, headers: response.headers, body: (await response.json()) as Json };
  };
  const call: Bundle['call'] = (name, body, headers = {}) =>
    request('POST', `/online/v1/payment/${name}`, body, { Authorization: 'SECRET_KEY DEV0123456789', ...headers });
  const authenticated: Bundle['authenticated'] = async (changes = {}, method = 'MONEY') => {
    const { cid, partner_order_id, partner_user_id, ...rest } = readyBody(changes);
    const { body } = await call('ready', { cid, partner_order_id, partner_user_id, ...rest });
    const pressed = await request('POST', `/sandbox/checkouts/${textOf(body, 'tid')}/approve`, { method });
    const pg_token = new URL(textOf(pressed.body, 'redirectUrl')).searchParams.get('pg_token');
    return { cid, partner_order_id, partner_user_id, tid: body['tid'], pg_token };
  };
  const mandate: Bundle['mandate'] = async (changes = {}) => {
    const { body } = await call('approve', await authenticated({ cid: RECURRING, ...changes }));
    return { sid: textOf(body, 'sid'), tid: textOf(body, 'tid') };
  };
  const browse: Bundle['browse'] = (method, path) => fetch(sandbox.url + path, { method, redirect: 'manual' });
  return { sandbox, clock, request, call, browse, authenticated, mandate };
}

const JSON_TYPE = { 'Content-Type': 'application/json' };

export const readyBody = (changes: Json = {}): Json => ({
  cid: ONE_TIME,
  partner_order_id: 'pa_1',
  partner_user_id: 'cu_1',
  item_name: '오메가3 외 1건',
  quantity: 2,
  total_amount: 51_800,
  tax_free_amount: 0,
  approval_url: 'http://127.0.0.1:8080/api/payments/approve/pa_1',
  cancel_url: 'http://127.0.0.1:8080/api/payments/cancel/pa_1',
  fail_url: 'http://127.0.0.1:8080/api/payments/fail/pa_1',
  ...changes,
});

export const chargeBody = (changes: Json = {}): Json => ({
  cid: RECURRING,
  sid: 'SEED0000000000000001',
  partner_order_id: 'pa_2',
  partner_user_id: 'cu_1',
  item_name: '오메가3',
  quantity: 1,
  total_amount: 25_900,
  tax_free_amount: 0,
  ...changes,
});

export const without = (body: Json, field: string): Json =>
  Object.fromEntries(Object.entries(body).filter(([name]) => name !== field));

/** A ledger file's place in a folder that goes away with the test. */
export async function ledgerPlace(): Promise<string> {
  const folder = await mkdtemp(join(tmpdir(), 'sandbox-'));
  onTestFinished(() => rm(folder, { recursive: true, force: true }));
  return join(folder, 'ledger.jsonl');
}

export const minutesAfter = (moment: Date, minutes: number): Date => new Date(moment.getTime() + minutes * 60_000);
