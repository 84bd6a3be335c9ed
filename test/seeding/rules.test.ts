import { describe, expect, it } from 'vitest';
import { idsOf } from '../../src/seeding/ids.ts';

describe('idsOf', () => {
  const idAt = idsOf(7, 'items', { epochMs: Date.UTC(2020, 0, 1), stepMs: 1 });

  it('makes UUIDs of version 7 that grow with the index and with the part', () => {
    const ids = [idAt(0), idAt(0, 1), idAt(1), idAt(2), idAt(1_000)];
    for (const id of ids) expect(id).toMatch(/^[0-9a-f]{8}-[0-9a-f]{4}-7[0-9a-f]{3}-[89ab][0-9a-f]{3}-[0-9a-f]{12}$/);
    expect(ids.toSorted()).toEqual(ids);
  });

  it('gives other seeds and kinds other ids', () => {
    const time = { epochMs: Date.UTC(2020, 0, 1), stepMs: 1 };
    expect(new Set([idAt(0), idsOf(8, 'items', time)(0), idsOf(7, 'users', time)(0)]).size).toBe(3);
  });
});
