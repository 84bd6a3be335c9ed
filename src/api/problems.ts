import type { ErrorHandler } from 'hono';
import { HTTPException } from 'hono/http-exception';
import type { ZodError } from 'zod';
import { withoutParameters } from '../platform/database/index.ts';
import {
  Conflict,
  InvalidInput,
  PilliveryError,
  Unavailable,
  type ErrorKind,
  type FieldProblem,
} from '../platform/errors.ts';
import type { Log } from '../platform/log.ts';
import type { ApiEnv } from '../app.ts';

/** The one place that knows statuses. */
const STATUS: Record<ErrorKind, number> = {
  input: 400,
  unauthenticated: 401,
  forbidden: 403,
  not_found: 404,
  conflict: 409,
  refused: 422,
  unavailable: 503,
  misconfigured: 500,
};

const BY_HTTP_STATUS: Record<number, string> = {
  400: 'MALFORMED_REQUEST',
  404: 'NOT_FOUND',
  413: 'PAYLOAD_TOO_LARGE',
  415: 'UNSUPPORTED_MEDIA_TYPE',
};

interface Problem {
  status: number;
  code: string;
  detail: string;
  errors?: FieldProblem[];
  retryAfterSeconds?: number;
}

/** Turns whatever flew up into `application/problem+json`; what we did not expect says nothing about itself. */
export const onError =
  (log: Log): ErrorHandler<ApiEnv> =>
  (thrown, c) => {
    const error = withoutParameters(thrown);
    const problem = describe(error);
    if (problem.status >= 500) log.error({ err: error, requestId: c.var.requestId }, 'request failed');
    return respond(problem, c.var.requestId);
  };

export function describe(error: unknown): Problem {
  if (error instanceof PilliveryError) return describeOurs(error);
  if (error instanceof HTTPException) {
    const code = BY_HTTP_STATUS[error.status] ?? 'MALFORMED_REQUEST';
    return { status: error.status, code, detail: TITLES[code] ?? 'The request cannot be read.' };
  }
  return { status: 500, code: 'INTERNAL', detail: 'Something went wrong on our side; the request id tells us what.' };
}

function describeOurs(error: PilliveryError): Problem {
  if (error.kind === 'misconfigured') {
    return {
      status: 500,
      code: 'INTERNAL',
      detail: 'The shop is not set up completely; its log says what is missing.',
    };
  }
  const fields = error instanceof InvalidInput || error instanceof Conflict ? error.fields : [];
  return {
    status: STATUS[error.kind],
    code: error.code,
    detail: error.message,
    ...(fields.length > 0 && { errors: fields }),
    ...(error instanceof Unavailable && { retryAfterSeconds: error.retryAfterSeconds }),
  };
}

const TITLES: Record<string, string> = {
  MALFORMED_REQUEST: 'The request cannot be read.',
  NOT_FOUND: 'There is nothing at this address.',
  PAYLOAD_TOO_LARGE: 'The request body is too large.',
  UNSUPPORTED_MEDIA_TYPE: 'Send JSON (content-type: application/json).',
};

/** `application/problem+json` (RFC 9457) with our code, and the request id that finds it in the log. */
export function respond({ status, code, detail, errors, retryAfterSeconds }: Problem, requestId: string): Response {
  const words = code.toLowerCase().replaceAll('_', '-');
  const body = {
    type: `urn:pillivery:problem:${words}`,
    title: words.replaceAll('-', ' '),
    status,
    detail,
    code,
    ...(errors && { errors }),
    requestId,
  };
  const headers = new Headers({ 'content-type': 'application/problem+json', 'x-request-id': requestId });
  if (retryAfterSeconds !== undefined) headers.set('retry-after', String(retryAfterSeconds));
  return new Response(JSON.stringify(body), { status, headers });
}

/** Zod's words for what is wrong with a field, in ours; rejected values are not echoed. */
export function invalidInput(error: ZodError): InvalidInput {
  const fields = error.issues.flatMap((issue) => {
    const path = issue.path.join('.');
    if (issue.code === 'unrecognized_keys') {
      return issue.keys.map((key) => ({ field: [path, key].filter(Boolean).join('.'), reason: 'unknown_field' }));
    }
    return [{ field: path, reason: reasonOf(issue) }];
  });
  return new InvalidInput('VALIDATION_FAILED', 'Some fields are not as they should be.', { fields });
}

type Issue = ZodError['issues'][number];

function reasonOf(issue: Issue): string {
  switch (issue.code) {
    case 'invalid_type':
      return issue.input === undefined && issue.message.includes('undefined') ? 'required' : 'format';
    case 'too_small':
      return issue.origin === 'string' ? 'too_short' : 'out_of_range';
    case 'too_big':
      return issue.origin === 'string' ? 'too_long' : 'out_of_range';
    case 'invalid_value':
      return 'not_allowed';
    case 'custom':
      return issue.message;
    default:
      return 'format';
  }
}
