import type { App } from '../../src/app.ts';
import { issueAccessToken } from '../../src/accounts/tokens.ts';
import { buildApi } from '../../src/api/app.ts';
import type { User } from '../../src/schema.ts';
import { given } from './given.ts';

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

/** Calls the API of an app without a socket. A body that is no text goes as JSON. */
export function callingApi(app: App, api = buildApi(app)) {
  return async (method: string, path: string, { body, token, headers, peer }: Call = {}): Promise<Answered> => {
    const env = { incoming: { socket: { remoteAddress: peer ?? '192.0.2.1' } } };
    const request = {
      method,
      headers: {
        ...(body !== undefined && { 'content-type': 'application/json' }),
        ...(token !== undefined && { authorization: `Bearer ${token}` }),
        ...headers,
      },
      ...(body !== undefined && { body: typeof body === 'string' ? body : JSON.stringify(body) }),
    };
    const response = await api.request(path, request, env);
    const text = await response.text();
    return { status: response.status, headers: response.headers, text, body: parsed(text) };
  };
}

function parsed(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return undefined;
  }
}

/** A user of the shop with a token that is good for now. */
export async function givenCaller(app: App, columns: Partial<User> = {}): Promise<{ user: User; token: string }> {
  const user = await given(app).user({ phone: '01012345678', ...columns });
  return { user, token: await tokenOf(app, user) };
}

async function tokenOf(app: App, user: User): Promise<string> {
  return (await issueAccessToken(app, { userId: user.id, role: user.role })).accessToken;
}
