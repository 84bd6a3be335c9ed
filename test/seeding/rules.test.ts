import { describe, expect, it } from 'vitest';
import { classify } from '../../src/seeding/classify.ts';
import { idsOf } from '../../src/seeding/ids.ts';
import { pricesOf } from '../../src/seeding/price.ts';

describe('classify', () => {
  it.each([
    ['눈 건강', ['EYE']],
    ['한눈에 보는 눈금', ['ETC']],
    ['골다공증 발생 위험 감소', ['BONE']],
    ['성장기 심장과 신장', ['ETC']],
    ['배변 활동과 심장', ['INTESTINE']],
    ['하루 중 어느 시간이든', ['ETC']],
    ['1개월간 간단하게', ['ETC']],
    ['야간에도 간 건강', ['LIVER']],
    ['혈액 순환 개선', ['FATIGUE']],
    ['눈의 피로도 개선', ['EYE', 'FATIGUE']],
    ['눈 건강'.normalize('NFD'), ['EYE']],
    [null, ['ETC']],
  ])('puts %j into %j', (text, codes) => {
    expect(classify(text)).toEqual(codes);
  });
});

describe('pricesOf', () => {
  it.each([
    [10_000, 125, 1_250],
    [9_999, 125, 1_250], // 1249.875 rounded
    [9_996, 125, 1_250], // 1249.5 rounded up
    [9_995, 125, 1_249],
  ])('takes %i at %i per mille as %i off', (originPrice, permille, discountPrice) => {
    expect(pricesOf(originPrice, permille)).toEqual({
      originPrice,
      discountPermille: permille,
      discountPrice,
      salePrice: originPrice - discountPrice,
    });
  });

  it('stores a discount that comes to nothing as none', () => {
    expect(pricesOf(100, 4)).toMatchObject({ discountPermille: 0, discountPrice: 0, salePrice: 100 });
  });
});

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
