import { describe, expect, it } from 'vitest';
import { classifierOf, classify, DEFAULT_RULES } from '../../src/catalog/classify.ts';
import { pricesOf, pricesWithAmount } from '../../src/catalog/prices.ts';

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

describe('pricesWithAmount', () => {
  it.each([
    [10_000, 1_234, 123],
    [10_000, 1, 1], // 0.1 per mille is still a discount
    [10_000, 0, 0],
    [10_000, 10_000, 1_000],
  ])('of %i keeps %i off to the won, and calls it %i per mille', (originPrice, discountPrice, discountPermille) => {
    expect(pricesWithAmount(originPrice, discountPrice)).toEqual({
      originPrice,
      discountPrice,
      discountPermille,
      salePrice: originPrice - discountPrice,
    });
  });
});

describe('classifierOf', () => {
  it('takes words of a shop as they are written, signs included', () => {
    const rule = { keywords: ['비타민 C', 'a+'], exclusions: ['(주)a+'] };
    const sort = classifierOf({ ...DEFAULT_RULES, SKIN: rule });
    expect([sort('비타민 C 1,000mg'), sort('a+ 등급'), sort('(주)a+')]).toEqual([['SKIN'], ['SKIN'], ['ETC']]);
  });
});
