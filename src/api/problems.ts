import type { Context, ErrorHandler } from 'hono';
import { HTTPException } from 'hono/http-exception';
import type { ContentfulStatusCode } from 'hono/utils/http-status';
import { z, type ZodError } from 'zod';
import { withoutParameters } from '../platform/database/index.ts';
import {
  Conflict,
  InvalidInput,
  PilliveryError,
  RateLimited,
  Unavailable,
  type ErrorKind,
  type FieldProblem,
} from '../platform/errors.ts';
import { fieldProblemsOf } from '../platform/http/field-problems.ts';
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
  limited: 429,
  provider: 502,
  unavailable: 503,
  misconfigured: 500,
};

const BY_HTTP_STATUS: Record<number, string> = {
  400: 'MALFORMED_REQUEST',
  404: 'NOT_FOUND',
  405: 'METHOD_NOT_ALLOWED',
  413: 'PAYLOAD_TOO_LARGE',
  415: 'UNSUPPORTED_MEDIA_TYPE',
};

export interface Problem {
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
    return respond(c, problem);
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
    ...retryAfter(error),
  };
}

function retryAfter(error: PilliveryError): Pick<Problem, 'retryAfterSeconds'> {
  const says = error instanceof Unavailable || error instanceof RateLimited || error instanceof Conflict;
  return says && error.retryAfterSeconds !== undefined ? { retryAfterSeconds: error.retryAfterSeconds } : {};
}

const TITLES: Record<string, string> = {
  MALFORMED_REQUEST: 'The request cannot be read.',
  NOT_FOUND: 'There is nothing at this address.',
  METHOD_NOT_ALLOWED: 'This address takes other methods; Allow names them.',
  PAYLOAD_TOO_LARGE: 'The request body is too large.',
  UNSUPPORTED_MEDIA_TYPE:
    'Send what the route takes, which is JSON nearly everywhere (content-type: application/json).',
};

/** What every refusal looks like (RFC 9457, with our code and the request id that finds it in the log). */
export const ProblemBody = z
  .object({
    type: z.string(),
    title: z.string(),
    status: z.int(),
    detail: z.string(),
    code: z.string(),
    errors: z.array(z.object({ field: z.string(), reason: z.string() })).optional(),
    requestId: z.string(),
  })
  .meta({ id: 'Problem' });

export const PROBLEM_TYPE = 'application/problem+json';

/** Answers with a problem; through the context, so that the headers every answer has are on it too. */
export function respond(c: Context<ApiEnv>, problem: Problem): Response {
  const { status, code, detail, errors, retryAfterSeconds } = problem;
  const words = code.toLowerCase().replaceAll('_', '-');
  const body: z.infer<typeof ProblemBody> = {
    type: `urn:pillivery:problem:${words}`,
    title: words.replaceAll('-', ' '),
    status,
    detail,
    code,
    ...(errors && { errors }),
    requestId: c.var.requestId,
  };
  c.header('Content-Type', PROBLEM_TYPE);
  if (retryAfterSeconds !== undefined) c.header('Retry-After', String(retryAfterSeconds));
  return c.body(JSON.stringify(body), status as ContentfulStatusCode);
}

/** An input that does not fit its schema. */
export const invalidInput = (error: ZodError): InvalidInput =>
  new InvalidInput('VALIDATION_FAILED', 'Some fields are not as they should be.', { fields: fieldProblemsOf(error) });
