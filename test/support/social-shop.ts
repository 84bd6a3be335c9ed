import { onTestFinished } from 'vitest';
import { buildApi } from '../../src/api/app.ts';
import { listen } from '../../src/api/server.ts';
import { bundle, type BundleOptions } from './bundle.ts';
import { PERSON } from './person.ts';
import { settingsFor, startSocialProvider, type SocialProviderOptions } from './social-provider.ts';
import { newVisitor, type Visitor } from './visitor.ts';

export const HANEUL = {
  sub: 'haneul',
  email: 'haneul@example.test',
  email_verified: true,
  nickname: '하늘',
  name: '김하늘',
};

/** What the provider does not tell. */
const { email: _, password: __, ...information } = PERSON;
export const INFORMATION = information;

export interface Said {
  status: number;
  // oxlint-disable-next-line typescript/no-explicit-any -- a test asserts on the shape it expects
  body: any;
  location: string | null;
}

type Options = Pick<BundleOptions, 'engine'> & Pick<SocialProviderOptions, 'host'>;

/** A shop that is served, and a provider at which people have accounts. */
export async function socialShop({ engine = 'sqlite-memory', host = '127.0.0.1' }: Options = {}) {
  const late: { api?: ReturnType<typeof buildApi> } = {};
  const server = await listen(
    { fetch: (request, env) => late.api?.fetch(request, env) ?? new Response(null, { status: 503 }) },
    { host: '127.0.0.1', port: 0 },
  );
  onTestFinished(() => server.close());
  const callbackUrls = ['google', 'kakao', 'naver'].map((name) => `${server.url}/api/auth/oauth/${name}/callback`);
  const provider = await startSocialProvider({ callbackUrls, host });
  onTestFinished(() => provider.close());
  provider.account = HANEUL;
  const addresses = { PILLIVERY_SHOP__PUBLIC_URL: server.url, PILLIVERY_SHOP__STOREFRONT_URL: server.url };
  const shop = await bundle({ engine, settings: { ...settingsFor(provider), ...addresses } });
  late.api = buildApi(shop.app);
  return { ...shop, url: server.url, provider, ...visiting(server.url) };
}

interface Asking {
  visitor?: Visitor;
  body?: object;
  token?: string;
  headers?: Record<string, string>;
}

function visiting(url: string) {
  const ask = async (
    method: string,
    path: string,
    { visitor = newVisitor(), body, token, headers }: Asking = {},
  ): Promise<Said> => {
    const response = await visitor.visit(path.startsWith('http') ? path : `${url}${path}`, {
      method,
      headers: {
        ...(body && { 'content-type': 'application/json' }),
        ...(token && { authorization: `Bearer ${token}` }),
        ...headers,
      },
      ...(body && { body: JSON.stringify(body) }),
    });
    const text = await response.text();
    return {
      status: response.status,
      body: text.startsWith('{') ? JSON.parse(text) : undefined,
      location: response.headers.get('location'),
    };
  };
  /** Goes to the provider and comes back as far as the callback, which is not visited. */
  const goAndReturn = (visitor: Visitor, name: string, query = ''): Promise<string> =>
    visitor.followUntil(`${url}/api/auth/oauth/${name}/callback`, `${url}/api/auth/oauth/${name}/start${query}`);
  /** Logs in as a client that takes JSON. */
  const logInAt = async (name: string, visitor = newVisitor()): Promise<Said> =>
    ask('GET', await goAndReturn(visitor, name), { visitor, headers: JSON_WANTED });
  const complete = (body: object, more: Omit<Asking, 'body'> = {}) =>
    ask('POST', '/api/auth/oauth/complete', { ...more, body: { ...INFORMATION, ...body } });
  return { ask, goAndReturn, logInAt, complete };
}

export const JSON_WANTED = { accept: 'application/json' };
