import { bundle, type BundleOptions } from '../support/bundle.ts';
import { callingApi, type Answered } from '../support/calling.ts';
import { PERSON } from '../support/person.ts';

export const OTHER = { ...PERSON, email: 'bada@example.test', displayName: '바다', phone: '01099998888' };

type Person = Partial<typeof PERSON>;

export interface Tokens {
  access: string;
  refresh: string;
}

/** A shop, and people at its API. */
export async function peopleAt(options: BundleOptions = {}) {
  const shop = await bundle(options);
  const call = callingApi(shop.app);
  const logIn = (person: Person = {}, more: object = {}) => {
    const { email, password } = { ...PERSON, ...person };
    return call('POST', '/api/auth/login', { body: { email, password, delivery: 'json', ...more } });
  };
  const signUp = (person: Person = {}) => call('POST', '/api/users', { body: { ...PERSON, ...person } });
  /** Signs up and logs in; the tokens. */
  const enter = async (person: Person = {}): Promise<Tokens & { id: string }> => {
    const { body } = await signUp(person);
    return { id: body.data.id, ...tokensOf(await logIn(person)) };
  };
  const me = (token: string | undefined) => call('GET', '/api/users/me', { token });
  const refresh = (refreshToken: string) => call('POST', '/api/auth/refresh', { body: { refreshToken } });
  const later = (ms: number) => shop.clock.moveTo(new Date(shop.clock.now().getTime() + ms));
  return { ...shop, call, logIn, signUp, enter, me, refresh, later };
}

export const tokensOf = ({ body }: Answered): Tokens => ({
  access: body.data.accessToken,
  refresh: body.data.refreshToken,
});

/** Status and code, which is what most tests ask for. */
export const said = ({ status, body }: Answered): [number, string | undefined] => [status, body?.code];
