import { describe, expect, it } from 'vitest';
import { clientAddressBehind, isAddressRange, networkOf } from '../../../src/platform/http/addresses.ts';

describe('the address of a client', () => {
  const behind = clientAddressBehind(['10.0.0.0/8', '192.0.2.10', '2001:db8::/32']);

  it.each([
    ['198.51.100.7', undefined, '198.51.100.7'],
    ['198.51.100.7', '203.0.113.1', '198.51.100.7'],
    ['10.0.0.1', undefined, '10.0.0.1'],
    ['10.0.0.1', '203.0.113.1', '203.0.113.1'],
    ['::ffff:10.0.0.1', '203.0.113.1', '203.0.113.1'],
    ['10.0.0.1', '1.2.3.4, 203.0.113.1, 10.9.9.9,192.0.2.10', '203.0.113.1'],
    ['10.0.0.1', '10.0.0.2, 10.0.0.3', '10.0.0.2'],
    ['10.0.0.1', '203.0.113.1:4711', '203.0.113.1'],
    ['2001:db8::1', '[2a02::7]:443', '2a02::7'],
    ['10.0.0.1', '203.0.113.1, unknown', '10.0.0.1'],
    ['10.0.0.1', '', '10.0.0.1'],
    [undefined, '203.0.113.1', 'unknown'],
  ])('called by %s for %s is %s', (peer, forwardedFor, address) => {
    expect(behind(peer, forwardedFor)).toBe(address);
  });

  it('is the peer where no proxy is trusted', () => {
    expect(clientAddressBehind([])('10.0.0.1', '203.0.113.1')).toBe('10.0.0.1');
  });
});

describe('the network of an address', () => {
  it.each([
    ['203.0.113.1', '203.0.113.1'],
    ['2001:db8:1:2:3:4:5:6', '2001:db8:1:2::/64'],
    ['2001:0DB8:0001:0002::1', '2001:db8:1:2::/64'],
    ['2001:db8::1', '2001:db8:0:0::/64'],
    ['::1', '0:0:0:0::/64'],
    ['fe80::1%eth0', 'fe80:0:0:0::/64'],
    ['unknown', 'unknown'],
  ])('%s is %s', (address, network) => {
    expect(networkOf(address)).toBe(network);
  });
});

it.each([
  ['10.0.0.0/8', true],
  ['10.0.0.1', true],
  ['2001:db8::/32', true],
  ['10.0.0.0/33', false],
  ['10.0.0.0/', false],
  ['10.0.0.0/8/8', false],
  ['proxy.example', false],
])('%s as a range of addresses: %s', (text, is) => {
  expect(isAddressRange(text)).toBe(is);
});
