import type { z } from 'zod';
import { fieldProblemsOf } from '../../platform/http/field-problems.ts';
import { ImportedItem } from '../admin/fields.ts';
import type { RawRow, Rejection } from './rows.ts';

export interface ParsedRow {
  row: number;
  fields: z.infer<typeof ImportedItem>;
}

/** Reads the rows of one file. It remembers statement numbers: of two rows with one number, no order is right. */
export function rowReader(): (raw: RawRow) => ParsedRow | { rejected: Rejection[] } {
  const seen = new Set<string>();
  return ({ row, cells }) => {
    if (!cells) return { rejected: [{ row, field: '', reason: 'format' }] };
    const read = ImportedItem.safeParse(tidy(cells));
    if (!read.success) return { rejected: fieldProblemsOf(read.error).map((problem) => ({ row, ...problem })) };
    const { statementNumber } = read.data;
    if (seen.has(statementNumber)) return { rejected: [{ row, field: 'statementNumber', reason: 'taken' }] };
    seen.add(statementNumber);
    return { row, fields: read.data };
  };
}

/** Published files write days without dashes, and break the lines of long texts. */
const tidy = (cells: Record<string, unknown>): Record<string, unknown> =>
  Object.fromEntries(
    Object.entries(cells).map(([field, value]) => {
      if (typeof value !== 'string') return [field, value];
      const line = value.replaceAll(/[\t\r\n]+/g, ' ');
      return [field, field === 'registeredOn' ? line.trim().replace(/^(\d{4})(\d{2})(\d{2})$/, '$1-$2-$3') : line];
    }),
  );
