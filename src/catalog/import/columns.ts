import { InvalidInput } from '../../platform/errors.ts';
import { ImportedItem } from '../admin/fields.ts';

/** Names under which the food safety authority publishes the same fields. */
const ALIASES: Record<string, string> = {
  PRDUCT: 'name',
  ENTRPS: 'brand',
  STTEMNT_NO: 'statementNumber',
  REGIST_DT: 'registeredOn',
  DISTB_PD: 'shelfLife',
  SUNGSANG: 'appearance',
  SRV_USE: 'servingUse',
  PRSRV_PD: 'storage',
  INTAKE_HINT1: 'precautions',
  MAIN_FNCTN: 'mainFunction',
  BASE_STANDARD: 'baseStandard',
};

const COLUMNS = new Set(Object.keys(ImportedItem.shape));

/** The field a column stands for; an unknown one keeps its name, for whoever says so. */
export const fieldOf = (column: string): string => ALIASES[column.trim()] ?? column.trim();

/** The fields of a header. A misspelt column would be passed over in every row, so it is refused at once. */
export function readHeader(columns: readonly string[]): string[] {
  const fields = columns.map(fieldOf);
  const problems = fields.flatMap((field, index) => {
    if (!COLUMNS.has(field)) return [{ field: field.slice(0, 100), reason: 'unknown_field' }];
    return fields.indexOf(field) === index ? [] : [{ field, reason: 'not_allowed' }];
  });
  if (!fields.includes('statementNumber')) problems.push({ field: 'statementNumber', reason: 'required' });
  if (problems.length === 0) return fields;
  const named = problems.map(({ field, reason }) => `${field} (${reason})`).join(', ');
  throw new InvalidInput('VALIDATION_FAILED', `The header is not one of an import: ${named}.`, { fields: problems });
}
