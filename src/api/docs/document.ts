/** The parts of an OpenAPI document that the reference page shows. */
export interface ReferenceDocument {
  info: { title: string; version: string; description?: string };
  paths: Record<string, Record<string, Operation>>;
  components?: { schemas?: Record<string, Schema> };
}

export interface Operation {
  summary?: string;
  security?: Record<string, string[]>[];
  parameters?: { name: string; in: string; required?: boolean; description?: string; schema?: Schema }[];
  requestBody?: { content?: Record<string, { schema?: Schema }> };
  responses: Record<string, { description?: string; content?: Record<string, { schema?: Schema }> }>;
}

export interface Schema {
  $ref?: string;
  type?: string | string[];
  enum?: unknown[];
  const?: unknown;
  properties?: Record<string, Schema>;
  required?: string[];
  items?: Schema;
  anyOf?: Schema[];
  oneOf?: Schema[];
  allOf?: Schema[];
  [rule: string]: unknown;
}

/** Rules of a value that a caller wants to know, in the order in which they are told. */
const RULES = ['pattern', 'minLength', 'maxLength', 'minimum', 'maximum', 'minItems', 'maxItems', 'default'];

/** What a schema is called in one line: its name, its values, or its type with its rules. */
export function typeOf(schema: Schema | undefined): string {
  if (!schema) return 'anything';
  if (schema.$ref) return schema.$ref.split('/').at(-1) ?? 'anything';
  if (schema.const !== undefined) return JSON.stringify(schema.const);
  if (schema.enum) return schema.enum.map((value) => JSON.stringify(value)).join(' | ');
  const choices = schema.anyOf ?? schema.oneOf;
  if (choices) return choices.map(typeOf).join(' or ');
  if (schema.allOf) return schema.allOf.map(typeOf).join(' with ');
  const name = [schema.type ?? 'anything'].flat().join(' or ');
  const rules = RULES.filter((rule) => schema[rule] !== undefined).map((rule) => `${rule} ${String(schema[rule])}`);
  const whole = schema.items ? `${name} of ${typeOf(schema.items)}` : name;
  return [whole, ...rules].join(', ');
}

export interface Field {
  name: string;
  type: string;
  required: boolean;
}

/** The fields of an object, those within it after it; what has a name of its own is described there. */
export function fieldsOf(schema: Schema | undefined, prefix = ''): Field[] {
  const inner = schema?.items ?? schema;
  const parts = inner?.allOf?.flatMap((part) => fieldsOf(part, prefix)) ?? [];
  const own = Object.entries(inner?.properties ?? {}).flatMap(([name, field]) => [
    { name: prefix + name, type: typeOf(field), required: inner?.required?.includes(name) ?? false },
    ...fieldsOf(field, `${prefix}${name}${field.items ? '[]' : ''}.`),
  ]);
  return [...parts, ...own];
}

/** Routes in groups by the first word behind /api. */
export function groupsOf({
  paths,
}: ReferenceDocument): Map<string, { method: string; path: string; operation: Operation }[]> {
  const groups = new Map<string, { method: string; path: string; operation: Operation }[]>();
  for (const [path, methods] of Object.entries(paths)) {
    const words = path.split('/').filter(Boolean);
    const group = (words[0] === 'api' ? words[1] : words[0]) ?? path;
    const routes = Object.entries(methods).map(([method, operation]) => ({
      method: method.toUpperCase(),
      path,
      operation,
    }));
    groups.set(group, [...(groups.get(group) ?? []), ...routes]);
  }
  return groups;
}
