import { readFile } from 'node:fs/promises';
import { expect, it } from 'vitest';
// @ts-expect-error Plain JavaScript, for Nodes that read nothing newer.
import { isSupported } from '../../bin/runtime.js';

it('supports what engines in package.json promise', async () => {
  const { engines } = JSON.parse(await readFile(new URL('../../package.json', import.meta.url), 'utf8'));
  const oldest = `${engines.node.replace('>=', '')}.0`;

  expect(isSupported(oldest)).toBe(true);
  expect(isSupported('22.18.9')).toBe(false);
});

it.each(['22.19.1', '22.20.0', '24.0.0', '100.1.0'])('supports Node %s', (version) => {
  expect(isSupported(version)).toBe(true);
});

it.each(['8.17.0', '20.20.2', '22.9.0', '22.18.0'])('refuses Node %s', (version) => {
  expect(isSupported(version)).toBe(false);
});
