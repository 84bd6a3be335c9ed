import { setTimeout as sleep } from 'node:timers/promises';
import { accessTokenOf } from '../../support/tokens.ts';
import { placeOrder } from '../../../src/orders/place.ts';
import type { App } from '../../../src/app.ts';
import { openCheckout, pressOn, RECEIVER } from '../../support/checkout.ts';
import { given } from '../../support/given.ts';
import { addressOf } from '../../support/listening.ts';
import { countKill, type World } from './world.ts';

const BUYERS = 3;
const GOES_ON_MS = 1_500;

/**
 * Serves the shop until it dies at the plan's named place, or a while longer: buyers come back from the provider's page,
 * one starts a checkout, events are delivered, what is in doubt is looked at.
 */
export async function playServer(world: World, point: string): Promise<void> {
  const comebacks = await buyersOnTheirWay(world.app);
  const server = world.start(['serve', '--port', '0'], { PILLIVERY_TEST_FAIL_POINT: point });
  const gone = server.ended.then((end) => countKill(world, 'server', end, point));
  const url = await Promise.race([addressOf(server), gone.then(() => undefined)]).catch(() => undefined);
  if (url) await Promise.race([gone, visit(url, world.app, comebacks)]);
  server.child.kill('SIGKILL');
  await gone;
}

/** Paths under which buyers come back who have approved on the provider's page. */
async function buyersOnTheirWay(app: App): Promise<string[]> {
  const paths: string[] = [];
  for (let made = 0; made < BUYERS; made += 1) {
    const { attempt } = await openCheckout(app, { kind: made === 0 ? 'SUBSCRIPTION' : 'ONE_OFF' });
    const query = new URLSearchParams(await pressOn(attempt, 'approve')).toString();
    paths.push(`/api/payments/approve/${attempt.publicId}?${query}`);
  }
  return paths;
}

async function visit(url: string, app: App, comebacks: readonly string[]): Promise<void> {
  const user = await given(app).user();
  const item = await given(app).item();
  const lines = [{ itemId: item.id, quantity: 1 }];
  const { order } = await placeOrder(app, { user, kind: 'ONE_OFF', lines, receiver: RECEIVER });
  const accessToken = await accessTokenOf(app, user);
  const json = { accept: 'application/json' };
  const bearer = { ...json, authorization: `Bearer ${accessToken}`, 'content-type': 'application/json' };
  await Promise.allSettled([
    ...comebacks.map((path) => fetch(`${url}${path}`, { headers: json })),
    fetch(`${url}/api/payments/orders/${order.id}`, { method: 'POST', headers: bearer, body: '{}' }),
  ]);
  await sleep(GOES_ON_MS);
}
