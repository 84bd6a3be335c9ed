import { buildApi } from '../../src/api/app.ts';
import { bundle, type BundleOptions } from '../support/bundle.ts';

export const PERSON = {
  email: 'Haneul@example.test',
  password: 'Right-Horse-7',
  displayName: '하늘',
  realName: '김하늘',
  phone: '010-1234-5678',
  city: '서울특별시',
  detailAddress: '한강로 1',
};

export const OTHER = { ...PERSON, email: 'bada@example.test', displayName: '바다', phone: '01099998888' };

export interface Answer {
  status: number;
  headers: Headers;
  // oxlint-disable-next-line typescript/no-explicit-any -- a test asserts on the shape it expects
  body: any;
}

export interface Sending {
  body?: unknown;
  token?: string | undefined;
  headers?: Record<string, string>;
}

export type Caller = (method: string, path: string, sending?: Sending) => Promise<Answer>;

/** A shop, and people at its API. */
export async function peopleAt(options: BundleOptions = {}) {
  const shop = await bundle(options);
  const call = callerOf(shop.app);
  const logIn = (person: Partial<typeof PERSON> = {}, more: object = {}) => {
    const { email, password } = { ...PERSON, ...person };
    return call('POST', '/api/auth/login', { body: { email, password, delivery: 'json', ...more } });
  };
  const signUp = (person: Partial<typeof PERSON> = {}) =>
    call('POST', '/api/users', { body: { ...PERSON, ...person } });
  /** Signs up and logs in; the tokens. */
  const enter = async (
    person: Partial<typeof PERSON> = {},
  ): Promise<{ access: string; refresh: string; id: string }> => {
    const { body } = await signUp(person);
    return { id: body.data.id, ...tokensOf(await logIn(person)) };
  };
  const me = (token: string | undefined) => call('GET', '/api/users/me', { token });
  const refresh = (refreshToken: string) => call('POST', '/api/auth/refresh', { body: { refreshToken } });
  const later = (ms: number) => shop.clock.moveTo(new Date(shop.clock.now().getTime() + ms));
  return { ...shop, call, logIn, signUp, enter, me, refresh, later };
}

export const tokensOf = ({ body }: Answer): { access: string; refresh: string } => ({
  access: body.data.accessToken,
  refresh: body.data.refreshToken,
});

/** What another process of the same shop would answer. */
export function callerOf(app: Parameters<typeof buildApi>[0]): Caller {
  const api = buildApi(app);
  return async (method, path, { body, token, headers = {} } = {}) => {
    const text = body === undefined ? undefined : JSON.stringify(body);
    const response = await api.request(path, {
      method,
      headers: {
        ...(text && { 'content-type': 'application/json', 'content-length': String(Buffer.byteLength(text)) }),
        ...(token && { authorization: `Bearer ${token}` }),
        ...headers,
      },
      ...(text && { body: text }),
    });
    const answered = await response.text();
    return { status: response.status, headers: response.headers, body: answered ? JSON.parse(answered) : undefined };
  };
}

/** Status and code, which is what most tests ask for. */
export const said = ({ status, body }: Answer): [number, string | undefined] => [status, body?.code];
