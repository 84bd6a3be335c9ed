/** A browser as far as HTTP goes: keeps the cookies of each host and follows redirects only when told. */
export interface Visitor {
  /** One request, with the cookies of its host. */
  visit(url: string, init?: RequestInit): Promise<Response>;
  /** Follows redirects from an address until one begins with `until`, and returns that one without visiting it. */
  followUntil(until: string, url: string): Promise<string>;
  /** The cookies of an address's host. */
  cookiesOf(url: string): Map<string, string>;
}

/** A login takes six redirects; one that goes round in a circle is to fail. */
const MOST_REDIRECTS = 15;

export function newVisitor(): Visitor {
  const jars = new Map<string, Map<string, string>>();
  const cookiesOf = (url: string): Map<string, string> => {
    const { host } = new URL(url);
    const jar = jars.get(host) ?? new Map<string, string>();
    jars.set(host, jar);
    return jar;
  };
  const visit: Visitor['visit'] = async (url, init = {}) => {
    const jar = cookiesOf(url);
    const headers = new Headers(init.headers);
    headers.set('cookie', [...jar].map(([name, value]) => `${name}=${value}`).join('; '));
    const response = await fetch(url, { ...init, headers, redirect: 'manual' });
    for (const cookie of response.headers.getSetCookie()) keep(jar, cookie);
    return response;
  };
  return {
    visit,
    cookiesOf,
    async followUntil(until, url) {
      let next = url;
      for (let count = 0; count < MOST_REDIRECTS; count += 1) {
        if (next.startsWith(until)) return next;
        const response = await visit(next);
        const location = response.headers.get('location');
        if (!location) throw new Error(`${next} answered ${response.status}: ${await response.text()}`);
        next = new URL(location, next).href;
      }
      throw new Error(`no end of redirects: ${next}`);
    },
  };
}

function keep(jar: Map<string, string>, cookie: string): void {
  const [pair = '', ...attributes] = cookie.split(/;\s*/);
  const [name = '', ...value] = pair.split('=');
  const isOver = attributes.some((one) => /^(max-age=0|expires=Thu, 01 Jan 1970)/i.test(one));
  if (isOver) jar.delete(name);
  else jar.set(name, value.join('='));
}
