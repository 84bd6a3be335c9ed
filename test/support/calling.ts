import type { App } from '../../src/app.ts';
import { buildApi } from '../../src/api/app.ts';
import { eq } from '../../src/platform/database/sql.ts';
import type { User } from '../../src/schema.ts';

export interface Call {
  body?: unknown;
  token?: string | undefined;
  headers?: Record<string, string>;
  /** Address that the connection comes from. */
  peer?: string;
}

export interface Answered {
  status: number;
  headers: Headers;
  text: string;
  // oxlint-disable-next-line typescript/no-explicit-any -- a test asserts on the shape it expects
  body: any;
}

/** Calls the API of an app without a socket. Texts, bytes and forms go as they are, anything else as JSON. */
export function callingApi(app: App, api = buildApi(app)) {
  return async (method: string, path: string, { body, token, headers, peer }: Call = {}): Promise<Answered> => {
    const env = { incoming: { socket: { remoteAddress: peer ?? '192.0.2.1' } } };
    const request = {
      method,
      headers: {
        ...(body !== undefined && !(body instanceof FormData) && { 'content-type': 'application/json' }),
        ...(token !== undefined && { authorization: `Bearer ${token}` }),
        ...headers,
      },
      ...(body !== undefined && { body: isWire(body) ? body : JSON.stringify(body) }),
    };
    const response = await api.request(path, request, env);
    const text = await response.text();
    return { status: response.status, headers: response.headers, text, body: parsed(text) };
  };
}

const isWire = (body: unknown): body is string | Uint8Array<ArrayBuffer> | FormData =>
  typeof body === 'string' || body instanceof Uint8Array || body instanceof FormData;

function parsed(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return undefined;
  }
}

const PASSWORD = 'Right-Horse-7';
let people = 0;

/** Signs somebody up and in through the API. */
export async function givenCaller(app: App, columns: Partial<User> = {}, call = callingApi(app)) {
  const mark = String((people += 1)).padStart(8, '0');
  const credentials = { email: `caller${mark}@example.test`, password: PASSWORD };
  const place = { city: '서울특별시', detailAddress: '한강로 1' };
  const person = { ...credentials, ...place, displayName: `손님${mark}`, realName: '김하늘', phone: `010${mark}` };
  const { id } = (await call('POST', '/api/users', { body: person })).body.data as { id: string };
  const { users } = app.database.tables;
  if (Object.keys(columns).length > 0) await app.database.update(users).set(columns).where(eq(users.id, id));
  const { body } = await call('POST', '/api/auth/login', { body: credentials });
  const [user] = await app.database.select().from(users).where(eq(users.id, id));
  if (!user) throw new Error('Bug: who signed up is not there.');
  return { user, credentials, token: body.data.accessToken as string };
}
