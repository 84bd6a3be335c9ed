import { setTimeout as sleep } from 'node:timers/promises';
import { Agent, request } from 'undici';
import { accessTokenOf } from '../support/tokens.ts';
import type { App } from '../../src/app.ts';
import { placeOrder } from '../../src/orders/place.ts';
import type { Item, User } from '../../src/schema.ts';
import { RECEIVER } from '../support/checkout.ts';
import { given } from '../support/given.ts';
import type { Stage } from './stage.ts';

/** What the shop told one buyer at one moment. */
export interface Told {
  /** Since the crowd began. */
  atMs: number;
  ms: number;
  step: 'start' | 'approve';
  /** `approved`, `pending`, `closed`, `declined`, or the code of a problem. */
  said: string;
}

export interface Crowd {
  told: Told[];
  orderIds: string[];
}

export interface CrowdOptions {
  users: number;
  forMs: number;
  /** Tries of one order before its buyer gives up. */
  tries: number;
  thinkMs: number;
}

interface Buyer {
  user: User;
  item: Item;
  headers: Record<string, string>;
}

/** A closed model: so many buyers at any time, each orders, pays on the provider's page, comes back; then the next one. */
export async function letBuy(stage: Stage, { users, forMs, tries, thinkMs }: CrowdOptions): Promise<Crowd> {
  const { app } = stage;
  const crowd: Crowd = { told: [], orderIds: [] };
  const item = await given(app).item();
  const walk = new Walk(stage, crowd);
  const live = async (index: number): Promise<void> => {
    await sleep((index * thinkMs) / users);
    while (walk.elapsedMs() < forMs) {
      await walk.buy(await newBuyer(app, item), tries); // a shop lets nobody have many unpaid orders
      await sleep(thinkMs);
    }
  };
  await Promise.all(Array.from({ length: users }, (_, index) => live(index)));
  await walk.close();
  return crowd;
}

async function newBuyer(app: App, item: Item): Promise<Buyer> {
  const user = await given(app).user();
  const accessToken = await accessTokenOf(app, user);
  return { user, item, headers: { authorization: `Bearer ${accessToken}`, accept: 'application/json' } };
}

class Walk {
  readonly #stage: Stage;
  readonly #crowd: Crowd;
  readonly #began = performance.now();
  readonly #dispatcher = new Agent({ connections: 200 });

  constructor(stage: Stage, crowd: Crowd) {
    this.#stage = stage;
    this.#crowd = crowd;
  }

  elapsedMs = (): number => performance.now() - this.#began;

  close = (): Promise<void> => this.#dispatcher.close();

  /** One order, from the cart to the answer; after a refusal the buyer waits a second and tries again. */
  async buy({ user, item, headers }: Buyer, tries: number): Promise<void> {
    const lines = [{ itemId: item.id, quantity: 1 }];
    const { order } = await placeOrder(this.#stage.app, { user, kind: 'ONE_OFF', lines, receiver: RECEIVER });
    this.#crowd.orderIds.push(order.id);
    for (let left = tries; left > 0; left -= 1) {
      const said = await this.#pay(order.id, headers);
      if (said === 'approved' || said === 'pending' || said === 'PAYMENT_IN_PROGRESS') return;
      await sleep(1_000);
    }
  }

  async #pay(orderId: string, headers: Record<string, string>): Promise<string> {
    const started = await this.#call('start', `/api/payments/orders/${orderId}`, 'POST', headers);
    const page = started.body.data?.action?.pcUrl;
    if (!page) return started.said;
    const pressed = await request(`${page}/approve`, { method: 'POST', dispatcher: this.#dispatcher });
    await pressed.body.dump();
    const back = new URL(String(pressed.headers['location']));
    return (await this.#call('approve', `${back.pathname}${back.search}`, 'GET', headers)).said;
  }

  async #call(step: Told['step'], path: string, method: 'GET' | 'POST', headers: Record<string, string>) {
    const began = performance.now();
    const atMs = this.elapsedMs();
    const response = await request(`${this.#stage.api}${path}`, { method, headers, dispatcher: this.#dispatcher });
    const body = (await response.body.json()) as {
      code?: string;
      data?: { result?: string; action?: { pcUrl: string } };
    };
    const said = body.data?.result ?? body.code ?? 'open';
    this.#crowd.told.push({ atMs, ms: performance.now() - began, step, said });
    return { said, body };
  }
}
