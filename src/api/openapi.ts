import type { OpenAPIHono, RouteConfig } from '@hono/zod-openapi';
import type { ApiEnv } from '../app.ts';
import type { ReferenceDocument } from './docs/document.ts';
import { PROBLEM_TYPE, ProblemBody } from './problems.ts';

const problem = (description: string) => ({ description, content: { [PROBLEM_TYPE]: { schema: ProblemBody } } });

/** A route with the answers that every route of its kind may give beside its own. */
export function documented(route: RouteConfig): RouteConfig {
  const responses = { ...commonAnswers(route), default: problem('any other refusal') };
  for (const [status, said] of Object.entries(route.responses)) {
    const isBare = Number(status) >= 400 && 'description' in said && !('content' in said);
    Object.assign(responses, { [status]: isBare ? problem(String(said.description)) : said });
  }
  return { ...route, responses };
}

function commonAnswers({ path, request, security }: RouteConfig): RouteConfig['responses'] {
  const secured = security !== undefined && security.length > 0;
  return {
    ...(request && { 400: problem('MALFORMED_REQUEST or VALIDATION_FAILED') }),
    ...(secured && { 401: problem('UNAUTHENTICATED, TOKEN_EXPIRED or SESSION_REVOKED') }),
    ...(path.startsWith('/api/admin/') && { 403: problem('FORBIDDEN') }),
    ...(path.includes('{') && { 404: problem('there is no such thing for this caller') }),
    ...(request?.body && { 413: problem('PAYLOAD_TOO_LARGE'), 415: problem('UNSUPPORTED_MEDIA_TYPE') }),
    429: problem('RATE_LIMITED'),
    500: problem('INTERNAL'),
    503: problem('OVERLOADED or DATABASE_UNAVAILABLE'),
  };
}

const IDEMPOTENCY_KEY = {
  name: 'Idempotency-Key',
  in: 'header' as const,
  required: false,
  description: 'names this request: a repeat with the same key and body gets the first answer',
  schema: { type: 'string' as const, pattern: '^[A-Za-z0-9_.:-]{8,128}$' },
};

/** The OpenAPI 3.1 document of every route. */
export function openApiDocument(api: OpenAPIHono<ApiEnv>, version: string): ReferenceDocument {
  const document = api.getOpenAPI31Document({
    openapi: '3.1.0',
    info: { title: 'Pillivery', version, description: 'A shop for health supplements, bought once or every N days.' },
  });
  for (const { post } of Object.values(document.paths ?? {})) {
    if (post?.security && post.security.length > 0) post.parameters = [...(post.parameters ?? []), IDEMPOTENCY_KEY];
  }
  return withPlainPatterns(document);
}

/** The generator writes the flag of a pattern behind it (`…/u`), where everybody else reads it as part of the pattern. */
const withPlainPatterns = (document: object): ReferenceDocument =>
  JSON.parse(JSON.stringify(document), (key, value: unknown) =>
    key === 'pattern' && typeof value === 'string' ? value.replace(/\/u$/, '') : value,
  ) as ReferenceDocument;

export function describeSecurity(api: OpenAPIHono<ApiEnv>): void {
  api.openAPIRegistry.registerComponent('securitySchemes', 'bearer', {
    type: 'http',
    scheme: 'bearer',
    bearerFormat: 'JWT',
  });
}
