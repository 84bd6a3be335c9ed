import { z } from 'zod';
import { withOffset } from '../../platform/calendar.ts';
import { CATEGORY_CODES, type Item } from '../../schema.ts';
import { Card, Detail, toCard, toDetail } from '../body.ts';
import type { CategorySettings } from '../categories.ts';
import { summaryOf } from '../queries.ts';

/** What only those see who look after the shelf. */
const Behind = {
  version: z.int(),
  viewCount: z.int(),
  categoryMode: z.enum(['AUTO', 'MANUAL']),
  createdAt: z.string(),
  updatedAt: z.string(),
};

export const ShelfCard = Card.extend({ statementNumber: z.string().nullable(), ...Behind }).meta({ id: 'ShelfCard' });
export const ShelfItem = Detail.extend(Behind).meta({ id: 'ShelfItem' });

export const CategoryBody = z
  .object({
    code: z.enum(CATEGORY_CODES),
    label: z.string(),
    keywords: z.array(z.string()),
    exclusions: z.array(z.string()),
  })
  .meta({ id: 'Category' });

const behind = ({ version, viewCount, categoryMode, createdAt, updatedAt }: Item, timeZone: string) => ({
  version,
  viewCount,
  categoryMode,
  createdAt: withOffset(timeZone, createdAt),
  updatedAt: withOffset(timeZone, updatedAt),
});

export const toShelfCard = (item: Item, timeZone: string): z.infer<typeof ShelfCard> => ({
  ...toCard({ ...item, summary: summaryOf(item) }),
  statementNumber: item.statementNumber,
  ...behind(item, timeZone),
});

export const toShelfItem = (
  item: Item,
  { timeZone, periods }: { timeZone: string; periods: readonly number[] },
): z.infer<typeof ShelfItem> => ({ ...toDetail(item, periods), ...behind(item, timeZone) });

export const toCategory = ({ code, label, keywords, exclusions }: CategorySettings): z.infer<typeof CategoryBody> => ({
  code,
  label,
  keywords,
  exclusions,
});
