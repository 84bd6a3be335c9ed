import type { Chance } from './chance.ts';
import type { ApiDocument, Schema } from './document.ts';

/** What fields are called whose form a pattern tells, which is easier read than solved. */
const BY_NAME: Record<string, string[]> = {
  email: ['fuzz@example.test'],
  password: ['Right-Horse-7'],
  currentPassword: ['Right-Horse-7'],
  newPassword: ['Left-Horse-77'],
  displayName: ['무작위'],
  realName: ['김하늘'],
  phone: ['010-7654-3210'],
  zipCode: ['04321'],
  city: ['서울특별시'],
  detailAddress: ['한강로 1'],
  category: ['EYE'],
  returnTo: ['/'],
};

/** A value that a schema allows, as far as its form goes; ids are taken from those that exist. */
export function instanceOf(api: ApiDocument, chance: Chance, ids: readonly string[]) {
  const make = (given: Schema, name = ''): unknown => {
    const schema = api.resolve(given);
    if (schema.const !== undefined) return schema.const;
    if (schema.enum) return chance.one(schema.enum);
    const choices = schema.anyOf ?? schema.oneOf;
    if (choices) return make(chance.one(choices), name);
    if (schema.allOf) return Object.assign({}, ...schema.allOf.map((part) => make(part, name)));
    return makeTyped(schema, name);
  };
  const makeTyped = (schema: Schema, name: string): unknown => {
    switch ([schema.type].flat()[0]) {
      case 'object':
        return makeObject(schema);
      case 'array':
        return Array.from({ length: Math.max(1, schema.minItems ?? 0) }, () => make(schema.items ?? {}, name));
      case 'integer':
      case 'number':
        return (schema.minimum ?? 0) + chance.below(5);
      case 'boolean':
        return chance.happens(0.5);
      case 'null':
        return null;
      default:
        return makeText(schema, name);
    }
  };
  const makeObject = ({ properties = {}, required = [] }: Schema): object =>
    Object.fromEntries(
      Object.entries(properties)
        .filter(([name]) => required.includes(name) || chance.happens(0.3))
        .map(([name, inner]) => [name, make(inner, name)]),
    );
  const makeText = (schema: Schema, name: string): string => {
    const known = BY_NAME[name];
    if (known) return chance.one(known);
    if (/id$/i.test(name) && ids.length > 0) return chance.one(ids);
    return '가'.repeat(Math.max(1, schema.minLength ?? 0));
  };
  return make;
}
