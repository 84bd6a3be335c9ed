import type { MethodSummary } from '../../provider.ts';

/** Width of the column that keeps it. */
const LONGEST_LABEL = 60;

/** How it was paid, in the words that a Korean customer knows; of the card nothing but who issued it. */
export function methodOf(type: string | undefined, issuer: string | undefined): { method?: MethodSummary } {
  if (type === 'MONEY') return { method: { kind: 'ACCOUNT', label: '카카오페이머니' } };
  if (type !== 'CARD') return {};
  return { method: { kind: 'CARD', label: `카드 ${issuer ?? ''}`.trim().slice(0, LONGEST_LABEL) } };
}
