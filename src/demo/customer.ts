import { count } from '../platform/database/sql.ts';
import type { App } from '../app.ts';

interface Answered {
  status: number;
  data: Record<string, unknown> & { id?: string };
}

/** A person at the shop's API: every step of the demo goes over HTTP, as a client's would. */
export interface Customer {
  name: string;
  token(): string;
  logIn(): Promise<void>;
  get<T>(path: string): Promise<T>;
  post<T>(path: string, body?: object): Promise<T>;
}

/** Seeded accounts and this one share a password that is printed, not hidden: the demo refuses nothing to anybody. */
const PASSWORD = 'demo-Pill-2026';

/** Signs 데모1, 데모2, … up: each telling of the story has its own customer. */
export async function newCustomer(app: App, api: string): Promise<Customer> {
  const { users } = app.database.tables;
  const [before] = await app.database.select({ users: count() }).from(users);
  const number = (before?.users ?? 0) + 1;
  const name = `데모${number}`;
  const email = `demo${number}@example.test`;
  let token = '';

  const call = async (method: 'GET' | 'POST', path: string, body?: object): Promise<never> => {
    const response = await fetch(`${api}${path}`, {
      method,
      headers: {
        accept: 'application/json',
        ...(body && { 'content-type': 'application/json' }),
        ...(token && { authorization: `Bearer ${token}` }),
      },
      ...(body && { body: JSON.stringify(body) }),
    });
    const answer = (await response.json()) as Answered;
    if (!response.ok) throw new Error(`Bug: ${method} ${path} answered ${response.status}: ${JSON.stringify(answer)}`);
    return answer.data as never;
  };

  const customer: Customer = {
    name,
    token: () => token,
    get: (path) => call('GET', path),
    post: (path, body = {}) => call('POST', path, body),
    async logIn() {
      const { accessToken } = await customer.post<{ accessToken: string }>('/api/auth/login', {
        email,
        password: PASSWORD,
      });
      token = accessToken;
    },
  };
  await customer.post('/api/users', {
    email,
    password: PASSWORD,
    displayName: name,
    realName: '김데모',
    phone: `010${String(number).padStart(8, '0')}`,
    city: '서울특별시 마포구',
    detailAddress: '월드컵북로 400, 101동 1001호',
  });
  await customer.logIn();
  return customer;
}

/** Presses *approve* on the provider's page as a browser would, and follows it back to the shop. */
export async function approveInBrowser(pageUrl: string): Promise<string> {
  const pressed = await fetch(`${pageUrl}/approve`, { method: 'POST', redirect: 'manual' });
  const back = pressed.headers.get('location');
  if (!back) throw new Error(`Bug: the approval page answered ${pressed.status} without a way back.`);
  const response = await fetch(back, { headers: { accept: 'application/json' } });
  const { data } = (await response.json()) as { data: { result: string } };
  return data.result;
}
