/**
 * The house's errors. Each carries a stable upper-case `code`, a sentence a person can act on, and `facts` for machines.
 * Declines and unknown payments are not errors: they are values of `ChargeOutcome`.
 */
export type Facts = Record<string, unknown>;

export type ErrorKind =
  | 'input'
  | 'unauthenticated'
  | 'forbidden'
  | 'not_found'
  | 'conflict'
  | 'refused'
  | 'limited'
  | 'provider'
  | 'unavailable'
  | 'misconfigured';

interface Details {
  facts?: Facts;
  cause?: unknown;
}

/** The base of every error that we throw on purpose; anything else that flies is a bug. */
export class PilliveryError extends Error {
  readonly kind: ErrorKind;
  readonly code: string;
  readonly facts: Facts;

  constructor(kind: ErrorKind, code: string, message: string, { facts = {}, cause }: Details = {}) {
    super(message, cause === undefined ? undefined : { cause });
    this.kind = kind;
    this.code = code;
    this.facts = facts;
    this.name = new.target.name;
  }
}

/** One rejected field of an input; `reason` is a stable word such as `required` or `taken`. */
export interface FieldProblem {
  field: string;
  reason: string;
}

/** The caller's words are wrong (HTTP 400, exit 2). `fields` lists each rejected field, never its value. */
export class InvalidInput extends PilliveryError {
  readonly fields: FieldProblem[];

  constructor(code: string, message: string, details: Details & { fields?: FieldProblem[] } = {}) {
    super('input', code, message, details);
    this.fields = details.fields ?? [];
  }
}

/** The caller did not prove who they are (HTTP 401). */
export class Unauthenticated extends PilliveryError {
  constructor(code: string, message: string, facts?: Facts) {
    super('unauthenticated', code, message, { facts });
  }
}

/** The caller is known and may not do this (HTTP 403). */
export class Forbidden extends PilliveryError {
  constructor(code: string, message: string, facts?: Facts) {
    super('forbidden', code, message, { facts });
  }
}

/** No such thing for this caller; somebody else's things are not found either (HTTP 404). */
export class NotFound extends PilliveryError {
  constructor(code: string, message: string, facts?: Facts) {
    super('not_found', code, message, { facts });
  }
}

/** Someone else is at it, or was first (HTTP 409). With `held`, a live lease or lock stands in the way (exit 4). */
export class Conflict extends PilliveryError {
  readonly held: boolean;
  readonly fields: FieldProblem[];
  /** When it is worth coming back, where that is known. */
  readonly retryAfterSeconds: number | undefined;

  constructor(
    code: string,
    message: string,
    details: Details & { held?: boolean; fields?: FieldProblem[]; retryAfterSeconds?: number } = {},
  ) {
    super('conflict', code, message, details);
    this.held = details.held ?? false;
    this.fields = details.fields ?? [];
    this.retryAfterSeconds = details.retryAfterSeconds;
  }
}

/** A rule of the shop says no (HTTP 422). */
export class Refused extends PilliveryError {
  constructor(code: string, message: string, facts?: Facts) {
    super('refused', code, message, { facts });
  }
}

/** Too often; the same call is fine later (HTTP 429). */
export class RateLimited extends PilliveryError {
  readonly retryAfterSeconds: number;

  constructor(code: string, message: string, { retryAfterSeconds }: { retryAfterSeconds: number }) {
    super('limited', code, message, { facts: { retryAfterSeconds } });
    this.retryAfterSeconds = retryAfterSeconds;
  }
}

/** An outside party answered something that is no answer (HTTP 502). Its words are not repeated. */
export class ProviderFault extends PilliveryError {
  constructor(code: string, message: string, details: Details = {}) {
    super('provider', code, message, details);
  }
}

/** A dependency is down and nothing happened; trying again later is right (HTTP 503, exit 75). */
export class Unavailable extends PilliveryError {
  readonly retryAfterSeconds: number;

  constructor(code: string, message: string, details: Details & { retryAfterSeconds?: number } = {}) {
    super('unavailable', code, message, details);
    this.retryAfterSeconds = details.retryAfterSeconds ?? 5;
  }
}

/** Config or environment is wrong, found at start (exit 78). */
export class Misconfigured extends PilliveryError {
  constructor(code: string, message: string, details: Details = {}) {
    super('misconfigured', code, message, details);
  }
}
