import { CATEGORY_CODES, type CategoryCode } from '../schema.ts';

/** Words that put an item into a category, and words that merely contain one of them. */
export interface CategoryRule {
  keywords: readonly string[];
  exclusions: readonly string[];
}

/** A category without a rule is spoken of by no text. */
export type CategoryRules = Readonly<Partial<Record<CategoryCode, CategoryRule>>>;

/** The categories that a text about an item's function speaks of, in the order of `CATEGORY_CODES`. */
export type Classify = (mainFunction: string | null) => CategoryCode[];

const words = (text: string): string[] => text.split(' ').filter(Boolean);
const ruleOf = (keywords: string, exclusions = ''): CategoryRule => ({
  keywords: words(keywords),
  exclusions: words(exclusions),
});

/** The rules as long as the shop has not said otherwise. */
export const DEFAULT_RULES: Readonly<Record<CategoryCode, CategoryRule>> = {
  EYE: ruleOf('눈', '눈금 한눈 눈높이'),
  BONE: ruleOf('뼈 골다공증'),
  BRAIN: ruleOf('두뇌'),
  INTESTINE: ruleOf(
    '배변 장 유산균',
    '성장 심장 신장 간장 비장 췌장 권장 저장 보장 포장 시장 공장 확장 긴장 장애 장기 장시간',
  ),
  LIVER: ruleOf(
    '간',
    '시간 기간 인간 중간 순간 연간 년간 개월간 월간 주간 일간 야간 구간 공간 민간 간격 간접 간편 간단 간식 간혹',
  ),
  SKIN: ruleOf('피부'),
  ANTIOXIDANT: ruleOf('항산화'),
  FATIGUE: ruleOf('피로 혈액순환'),
  ETC: ruleOf(''),
};

/** Stands where an excluded word stood; no blank, so that what it parted does not join when blanks are removed. */
const BLANKED = '_';

/** A keyword of one character is looked for as the text stands; longer ones with the blanks out of both. */
function matcherOf({ keywords, exclusions }: CategoryRule): (text: string) => boolean {
  const excluded = exclusions.length > 0 ? new RegExp(exclusions.map(literally).join('|'), 'g') : undefined;
  const [short, long] = [keywords.filter(isOneCharacter), keywords.filter((word) => !isOneCharacter(word)).map(join)];
  return (text) => {
    const left = excluded ? text.replaceAll(excluded, BLANKED) : text;
    const joined = join(left);
    return short.some((word) => left.includes(word)) || long.some((word) => joined.includes(word));
  };
}

const isOneCharacter = (word: string): boolean => Array.from(word).length === 1;
const join = (text: string): string => text.replaceAll(/\s+/g, '');
const literally = (word: string): string => word.replaceAll(/[.*+?^${}()|[\]\\]/g, '\\$&');

/** Sorts items by the given rules; what speaks of no category is ETC alone. */
export function classifierOf(rules: CategoryRules): Classify {
  const matchers = CATEGORY_CODES.flatMap((code) => {
    const rule = rules[code];
    return rule ? [{ code, matches: matcherOf(rule) }] : [];
  });
  return (mainFunction) => {
    const text = (mainFunction ?? '').normalize('NFC');
    const codes = matchers.filter(({ matches }) => matches(text)).map(({ code }) => code);
    return codes.length > 0 ? codes : ['ETC'];
  };
}

/** Sorts items by the default rules. */
export const classify: Classify = classifierOf(DEFAULT_RULES);
