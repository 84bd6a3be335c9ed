import { Ajv2020 } from 'ajv/dist/2020.js';
import type { Answered } from '../calling.ts';

export interface Schema {
  $ref?: string;
  type?: string | string[];
  enum?: unknown[];
  const?: unknown;
  properties?: Record<string, Schema>;
  required?: string[];
  items?: Schema;
  minItems?: number;
  minimum?: number;
  minLength?: number;
  anyOf?: Schema[];
  oneOf?: Schema[];
  allOf?: Schema[];
}

interface Parameter {
  name: string;
  in: 'path' | 'query' | 'header' | 'cookie';
  required?: boolean;
  schema: Schema;
}

interface Content {
  content?: Record<string, { schema?: Schema }>;
}

interface Described {
  security?: Record<string, string[]>[];
  parameters?: Parameter[];
  requestBody?: Content;
  responses: Record<string, Content>;
}

/** One route as /openapi.json describes it. */
export interface Operation extends Described {
  method: string;
  /** With its parameters in braces. */
  path: string;
}

export interface ApiDocument {
  operations: Operation[];
  /** Follows references into the document. */
  resolve(schema: Schema): Schema;
  /** What an answer has that the document does not say; empty when it is as described. */
  complaints(operation: Operation | undefined, answer: Answered): string[];
}

const LEAKS =
  /\bat .+:\d+:\d+|node_modules|\.[jt]s:\d+|\b(?:select|insert into|update|delete from) [`"]|sqlite|mysql|drizzle/i;

/** Reads the document as a client would. */
export function readDocument(document: { paths: Record<string, Record<string, Described>> }): ApiDocument {
  const ajv = new Ajv2020({ strict: false, validateFormats: false, allErrors: true });
  ajv.addSchema(document, 'api');
  const operations = Object.entries(document.paths).flatMap(([path, methods]) =>
    Object.entries(methods).map(([method, described]) => ({ ...described, method: method.toUpperCase(), path })),
  );

  const schemaComplaints = (pointer: string, answer: Answered): string[] => {
    const validate = ajv.getSchema(`api#${pointer}`) ?? ajv.compile({ $ref: `api#${pointer}` });
    return validate(answer.body) ? [] : [`${ajv.errorsText(validate.errors)} in ${answer.text.slice(0, 300)}`];
  };

  const described = (operation: Operation, answer: Answered): string[] => {
    const status = operation.responses[answer.status] ? String(answer.status) : 'default';
    if (status === 'default' && answer.status < 400) return [`${answer.status} is not described`];
    const types = Object.keys(operation.responses[status]?.content ?? {});
    const type = (answer.headers.get('content-type') ?? '').split(';')[0] ?? '';
    if (types.length === 0) return answer.text === '' ? [] : [`${answer.status} should have no body`];
    if (!types.includes(type)) return [`${answer.status} is ${type} and should be ${types.join(' or ')}`];
    const steps = ['paths', operation.path, operation.method.toLowerCase(), 'responses', status, 'content', type];
    return schemaComplaints(`/${[...steps, 'schema'].map(escaped).join('/')}`, answer);
  };

  return {
    operations,
    resolve: (schema) => resolveIn(document, schema),
    complaints: (operation, answer) => [
      ...(answer.status >= 500 ? [`${answer.status} ${answer.text.slice(0, 300)}`] : []),
      ...(LEAKS.test(answer.text) ? [`tells of its inside: ${LEAKS.exec(answer.text)?.[0]}`] : []),
      ...(answer.headers.get('x-request-id') ? [] : ['has no request id']),
      ...(operation ? described(operation, answer) : problemComplaints(answer, schemaComplaints)),
    ],
  };
}

/** What no route takes is answered as a problem too. */
function problemComplaints(answer: Answered, check: (pointer: string, answer: Answered) => string[]): string[] {
  if (answer.status < 400 || answer.text === '') return [];
  const isProblem = answer.headers.get('content-type') === 'application/problem+json';
  return isProblem ? check('/components/schemas/Problem', answer) : [`${answer.status} is no problem+json`];
}

/** A step of a JSON pointer in a URI fragment (RFC 6901). */
const escaped = (step: string): string => encodeURIComponent(step.replaceAll('~', '~0').replaceAll('/', '~1'));

function resolveIn(document: object, schema: Schema): Schema {
  if (!schema.$ref) return schema;
  const steps = schema.$ref.replace(/^#\//, '').split('/');
  const found = steps.reduce<unknown>((branch, step) => (branch as Record<string, unknown>)[step], document);
  return resolveIn(document, found as Schema);
}
