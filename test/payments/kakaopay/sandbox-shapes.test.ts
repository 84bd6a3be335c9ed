import { expect, it } from 'vitest';
import { bundle, chargeBody, readyBody, textOf, type Bundle, type Json } from '../../sandbox/support.ts';
import { recorded } from './adapter.ts';

/** Keys and types of a value; of a list those of each member. */
function shapeOf(value: unknown): unknown {
  if (Array.isArray(value)) return value.map(shapeOf);
  if (typeof value !== 'object' || value === null) return value === null ? 'null' : typeof value;
  const fields = Object.entries(value).toSorted(([one], [other]) => (one < other ? -1 : 1));
  return Object.fromEntries(fields.map(([key, field]) => [key, shapeOf(field)]));
}

const RECURRING = { cid: 'TCSUBSCRIP' };
const ONE_TIME = { cid: 'TC0ONETIME' };

type Say = (bundle: Bundle) => Promise<Json>;

const ready: Say = async ({ call }) => (await call('ready', readyBody())).body;

const approve =
  (changes: Json = {}, method: 'MONEY' | 'CARD' = 'MONEY'): Say =>
  async ({ call, authenticated }) =>
    (await call('approve', await authenticated(changes, method))).body;

const subscription =
  (method: 'MONEY' | 'CARD'): Say =>
  async (world) => {
    const { sid } = await approve(RECURRING, method)(world);
    return (await world.call('subscription', chargeBody({ sid }))).body;
  };

const order =
  (before: Say, cid: Json = ONE_TIME): Say =>
  async (world) => {
    const { tid } = await before(world);
    return (await world.call('order', { ...cid, tid })).body;
  };

/** Ready, and then something that the buyer does at the provider's page. */
const pressed =
  (method: string, path: (tid: string) => string): Say =>
  async (world) => {
    const session = await ready(world);
    await world.browse(method, path(textOf(session, 'tid')));
    return session;
  };

/** The buyer has no money: the approval is refused, and the payment is over. */
const penniless: Say = async ({ sandbox, call, authenticated }) => {
  sandbox.changeCustomer('cu_1', { balance: 0 });
  const checkout = await authenticated();
  await call('approve', checkout);
  return checkout;
};

const cancel =
  (cancel_amount: number): Say =>
  async (world) => {
    const { tid } = await approve()(world);
    return (await world.call('cancel', { ...ONE_TIME, tid, cancel_amount, cancel_tax_free_amount: 0 })).body;
  };

const mandate =
  (...calls: string[]): Say =>
  async (world) => {
    const { sid } = await approve(RECURRING)(world);
    let body: Json = {};
    for (const name of calls) body = (await world.call(`manage/subscription/${name}`, { ...RECURRING, sid })).body;
    return body;
  };

const refused =
  (effect: object): Say =>
  async ({ call, authenticated, sandbox }) => {
    sandbox.addFault({ match: { op: 'approve' }, effect: { kind: 'decline', ...effect } });
    return (await call('approve', await authenticated())).body;
  };

const button = (name: string) => (tid: string) => `/sandbox/checkout/${tid}/${name}`;

const SAID: [fixture: string, say: Say][] = [
  ['ready', ready],
  ['approve-money', approve()],
  ['approve-card', approve({}, 'CARD')],
  ['approve-recurring', approve(RECURRING)],
  ['approve-issued-sid', approve({ ...RECURRING, total_amount: 0 })],
  ['subscription-money', subscription('MONEY')],
  ['subscription-card', subscription('CARD')],
  ['order-ready', order(ready)],
  ['order-open-payment', order(pressed('GET', (tid) => `/sandbox/checkout/${tid}`))],
  ['order-auth-password', order(pressed('POST', button('approve')))],
  ['order-quit-payment', order(pressed('POST', button('cancel')))],
  ['order-fail-auth-password', order(pressed('POST', button('fail')))],
  ['order-fail-payment', order(penniless)],
  ['order-success-payment', order(approve())],
  ['order-success-payment-card', order(approve({}, 'CARD'))],
  ['order-issued-sid', order(approve({ ...RECURRING, total_amount: 0 }), RECURRING)],
  ['order-part-cancel-payment', order(cancel(10_000))],
  ['order-cancel-payment', order(cancel(51_800))],
  ['cancel-part-cancel-payment', cancel(10_000)],
  ['cancel-cancel-payment', cancel(51_800)],
  ['inactive', mandate('inactive')],
  ['status-active', mandate('status')],
  ['status-inactive', mandate('inactive', 'status')],
  ['error', refused({ code: -721 })],
  ['error-method', refused({ result: 'LACK_BALANCE' })],
  ['error-method-card', refused({ result: '0029' })],
  ['error-older', refused({ result: 'LACK_BALANCE', form: 'older' })],
];

it.each(SAID)('the sandbox answers in the shape of %s', async (fixture, say) => {
  const body = await say(await bundle());
  expect(shapeOf(body)).toEqual(shapeOf(recorded(fixture).body));
  expect(body['status']).toBe(recorded(fixture).body['status']);
});
