import { expect } from 'vitest';
import type { Listening } from '../../src/api/server.ts';

/** A person with a browser and an account: signs up, orders, pays on the sandbox's page. */
export interface Shopper {
  /** Logs in again, as one must when the clock has moved past the token's end. */
  logIn(): Promise<void>;
  get(path: string): Promise<Answer>;
  post(path: string, body?: object): Promise<Answer>;
  /** Places a subscription order of one item, pays it, and returns what the shop then says of it. */
  subscribe(
    itemId: string,
    line?: { quantity?: number; periodDays?: number },
  ): Promise<{ orderId: string; attemptId: string }>;
}

export interface Answer {
  status: number;
  // oxlint-disable-next-line typescript/no-explicit-any -- a test asserts on the shape it expects
  body: any;
}

let people = 0;

/** Signs a new person up at a running API and logs them in. */
export async function newShopper({ url }: Pick<Listening, 'url'>): Promise<Shopper> {
  const mark = `${process.pid}${(people += 1)}`.slice(-8).padStart(8, '0');
  const credentials = { email: `shopper${mark}@example.test`, password: 'Right-Horse-7' };
  const call = async (method: string, path: string, body?: object, token?: string): Promise<Answer> => {
    const response = await fetch(`${url}${path}`, {
      method,
      redirect: 'manual',
      headers: {
        ...(body && { 'content-type': 'application/json' }),
        ...(token && { authorization: `Bearer ${token}` }),
      },
      ...(body && { body: JSON.stringify(body) }),
    });
    const text = await response.text();
    return { status: response.status, body: text ? JSON.parse(text) : undefined };
  };
  const person = {
    displayName: `쇼퍼${mark}`,
    realName: '김하늘',
    phone: `010${mark}`,
    city: '서울특별시',
    detailAddress: '한강로 1',
  };
  const signedUp = await call('POST', '/api/users', { ...credentials, ...person });
  expect(signedUp).toMatchObject({ status: 201 });
  let token = '';
  const logIn = async (): Promise<void> => {
    const { body } = await call('POST', '/api/auth/login', credentials);
    token = body.data.accessToken;
  };
  await logIn();

  const get: Shopper['get'] = (path) => call('GET', path, undefined, token);
  const post: Shopper['post'] = (path, sent) => call('POST', path, sent ?? {}, token);
  return {
    logIn,
    get,
    post,
    async subscribe(itemId, { quantity = 1, periodDays = 30 } = {}) {
      const lines = [{ itemId, quantity, periodDays }];
      const order = await post('/api/orders', { kind: 'SUBSCRIPTION', from: 'LINES', lines });
      expect(order).toMatchObject({ status: 201, body: { data: { status: 'PENDING_PAYMENT' } } });
      const orderId: string = order.body.data.id;
      const checkout = await post(`/api/payments/orders/${orderId}`);
      expect(checkout).toMatchObject({ status: 201, body: { data: { state: 'CREATED' } } });
      const back = await approveOnPage(checkout.body.data.action.pcUrl);
      const returned = await fetch(back, { headers: { accept: 'application/json' } });
      expect(await returned.json()).toMatchObject({ data: { result: 'approved' } });
      return { orderId, attemptId: checkout.body.data.attemptId };
    },
  };
}

/** Presses the first button of the provider's page; returns where the provider sends the browser. */
async function approveOnPage(pageUrl: string): Promise<string> {
  const response = await fetch(`${pageUrl}/approve`, { method: 'POST', redirect: 'manual' });
  expect(response.status).toBe(303);
  return response.headers.get('location') ?? '';
}
