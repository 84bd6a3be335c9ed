import { BlockList, isIP, isIPv4, isIPv6 } from 'node:net';

/** Finds out whose request it is: forwarded headers count only as far as proxies of ours wrote them. */
export type ClientAddress = (peer: string | undefined, forwardedFor: string | undefined) => string;

/** What the address of a caller without a socket is called; all of them are one caller to the limits. */
const UNKNOWN = 'unknown';

/**
 * The right-most X-Forwarded-For entry that is not a trusted proxy, for each proxy appends whom it was called by; what
 * stands further left is what the caller said about itself. Without a trusted peer it is the peer.
 */
export function clientAddressBehind(trustedProxies: readonly string[]): ClientAddress {
  const trusted = new BlockList();
  for (const range of trustedProxies) addRange(trusted, range);
  const isTrusted = (address: string): boolean => trusted.check(address, isIPv6(address) ? 'ipv6' : 'ipv4');

  return (peer, forwardedFor) => {
    let address = plain(peer ?? '');
    if (!isIP(address)) return UNKNOWN;
    if (forwardedFor === undefined || trustedProxies.length === 0) return address;
    const hops = forwardedFor.split(',').map((hop) => plain(hop.trim()));
    while (isTrusted(address)) {
      const before = hops.pop();
      // A proxy of ours that wrote no address is the last one we know of.
      if (before === undefined || !isIP(before)) return address;
      address = before;
    }
    return address;
  };
}

function addRange(list: BlockList, range: string): void {
  const [network = '', bits] = range.split('/');
  const family = isIPv6(network) ? 'ipv6' : 'ipv4';
  if (bits === undefined) list.addAddress(network, family);
  else list.addSubnet(network, Number(bits), family);
}

/** Says whether a text is an address or a network, such as 10.0.0.0/8. */
export function isAddressRange(text: string): boolean {
  const [network = '', bits, ...more] = text.split('/');
  const family = isIP(network);
  if (family === 0 || more.length > 0) return false;
  return bits === undefined || (/^\d{1,3}$/.test(bits) && Number(bits) <= (family === 4 ? 32 : 128));
}

/** Without port and brackets, and an IPv4 address in IPv6 clothes as the IPv4 address it is. */
function plain(address: string): string {
  const bare = /^\[(.+)\](?::\d+)?$/.exec(address)?.[1] ?? address;
  const withPort = /^([\d.]+):\d+$/.exec(bare)?.[1];
  const mapped = /^::ffff:([\d.]+)$/i.exec(bare)?.[1];
  return withPort ?? mapped ?? bare;
}

/** What one subscriber of an internet provider gets: an IPv4 address, or the /64 of an IPv6 address. */
export function networkOf(address: string): string {
  if (isIPv4(address) || !isIPv6(address)) return address;
  const [head = '', tail] = address.split('%', 1)[0]?.split('::') ?? [];
  const left = head === '' ? [] : head.split(':');
  const right = tail === undefined || tail === '' ? [] : tail.split(':');
  const zeros = Array<string>(Math.max(0, 8 - left.length - right.length)).fill('0');
  const groups = [...left, ...zeros, ...right].slice(0, 4).map((group) => Number.parseInt(group, 16).toString(16));
  return `${groups.join(':')}::/64`;
}
