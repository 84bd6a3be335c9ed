import { InvalidInput } from '../../platform/errors.ts';
import type { Brand, Item } from '../../schema.ts';
import { composeChange, composeNew, type Composing } from '../admin/compose-item.ts';
import { NewItem } from '../admin/fields.ts';
import type { ItemWrite } from '../admin/write-items.ts';
import { fieldProblemsOf } from '../../platform/http/field-problems.ts';
import { brandKeyOf } from '../keys.ts';
import type { ParsedRow } from './parse-row.ts';
import type { Rejection } from './rows.ts';

/** What is there already of the things that rows speak of. */
export interface Present {
  /** By statement number. */
  items: ReadonlyMap<string, Item>;
  /** By key. */
  brands: ReadonlyMap<string, Brand>;
}

export interface Planning extends Present, Omit<Composing, 'brand'> {
  newId: () => string;
  /** List price of new items that say none; they are hidden until somebody gives them one. */
  defaultOriginPrice: number | undefined;
}

export interface Plan {
  writes: ItemWrite[];
  unchanged: number;
  rejected: Rejection[];
}

/** What rows change: decided without writing, so that a dry run says what a real one does. */
export function planRows(rows: readonly ParsedRow[], planning: Planning): Plan {
  const plan: Plan = { writes: [], unchanged: 0, rejected: [] };
  for (const row of rows) {
    try {
      const write = planRow(row, planning);
      if (write) plan.writes.push(write);
      else plan.unchanged += 1;
    } catch (error) {
      if (!(error instanceof InvalidInput)) throw error;
      plan.rejected.push(...error.fields.map((problem) => ({ row: row.row, ...problem })));
    }
  }
  return plan;
}

function planRow({ fields }: ParsedRow, planning: Planning): ItemWrite | undefined {
  const before = planning.items.get(fields.statementNumber);
  if (!before) {
    const complete = completed(fields, planning.defaultOriginPrice);
    const composing = { ...planning, brand: brandNamed(planning, complete.brand) };
    return { before, after: composeNew(planning.newId(), complete, composing) };
  }
  const brand = brandNamed(planning, fields.brand ?? before.brandName);
  const after = composeChange(before, fields, { ...planning, brand });
  return after === before ? undefined : { before, after };
}

/** A price is never invented for what is to be sold: without one, an item is made only to be looked at by the shop. */
function completed(fields: ParsedRow['fields'], defaultOriginPrice: number | undefined) {
  const { originPrice, status = 'HIDDEN' } = fields;
  const unpriced = originPrice === undefined && defaultOriginPrice !== undefined && status === 'HIDDEN';
  const read = NewItem.safeParse(unpriced ? { ...fields, originPrice: defaultOriginPrice, status } : fields);
  if (read.success) return read.data;
  throw new InvalidInput('VALIDATION_FAILED', 'The row is not enough for a new item.', {
    fields: fieldProblemsOf(read.error),
  });
}

function brandNamed({ brands }: Present, name: string): Brand {
  const brand = brands.get(brandKeyOf(name));
  if (!brand) throw new Error('Bug: rows were planned without their brands.');
  return brand;
}
