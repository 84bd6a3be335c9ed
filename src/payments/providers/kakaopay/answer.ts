import type { Answer } from '../../../platform/http/index.ts';
import type { RawCodes } from '../../provider.ts';
import { redactMessage } from '../redact.ts';
import { doubt, type Verdict } from '../verdict.ts';
import { entryOf, NO_SUCH_CODE, type Entry } from './codes.ts';
import { ErrorAnswer } from './shapes.ts';

export type Operation = 'ready' | 'approve' | 'subscription' | 'order' | 'cancel' | 'inactive' | 'status';

/** What an answer comes to; `T` is what the operation was asked for. */
export interface Reading<T> {
  verdict: T | Verdict;
  /** A code that no table lists. */
  unlisted?: string;
}

export interface Reader<T> {
  op: Operation;
  now: Date;
  /** What was sent and must not come back in a message. */
  secrets: readonly string[];
  /** Reads the body of a 2xx: what was asked for, or a doubt where it says something else. */
  accept(body: unknown, now: Date): T | Verdict;
}

/** Reads an answer as that of a call that may have moved money; what moves none is narrowed by its operation. */
export function readAnswer<T>(answer: Answer, reader: Reader<T>): Reading<T> {
  const { now } = reader;
  switch (answer.kind) {
    case 'not_written': {
      const proof = answer.why === 'too_late' ? 'local' : 'not_written';
      return { verdict: { kind: 'provider_down', why: answer.why, proof } };
    }
    case 'no_answer':
      return { verdict: doubt(now, SILENCES[answer.why]) };
    case 'answered':
      if (answer.status >= 200 && answer.status < 300) return { verdict: reader.accept(answer.body, now) };
      return readRefusal(answer, reader);
  }
}

type Silence = Extract<Answer, { kind: 'no_answer' }>['why'];

const SILENCES = {
  timeout: { why: 'timeout', answered: false },
  connection_lost: { why: 'connection_lost', answered: false },
  too_large: { why: 'unparsable', answered: true },
  redirected: { why: 'server_error', answered: true }, // never followed: who knows what was done before it
} as const satisfies Record<Silence, Parameters<typeof doubt>[1]>;

type Answered = Extract<Answer, { kind: 'answered' }>;

/** Read by its code, never by its HTTP status alone: KakaoPay answers 400 for some unknowns. */
function readRefusal<T>(answer: Answered, reader: Reader<T>): Reading<T> {
  const { status, body, retryAfterMs } = answer;
  const { now, op } = reader;
  const said = parseRefusal(body, reader.secrets);
  const entry = said && entryFor(op, said);
  const refusal = {
    codes: said?.codes ?? { code: `HTTP_${status}` },
    now,
    ...(retryAfterMs !== undefined && { retryAfterMs }),
  };
  if (status >= 500 || status < 400) {
    const verdict = entry?.listed ? entry.meaning(refusal) : undefined;
    const counts = verdict && said && (isPause(verdict) || SAID_WITH_500.includes(said.code));
    return { verdict: counts ? verdict : doubt(now, { why: 'server_error', codes: refusal.codes }) };
  }
  const { meaning, listed } = entry ?? NO_SUCH_CODE;
  return { verdict: meaning(refusal), ...(!listed && { unlisted: refusal.codes.code }) };
}

/** A 5xx says nothing certain, whatever its code, but that the provider is closed. */
const isPause = (verdict: Verdict): boolean => verdict.kind === 'provider_down' && verdict.why === 'maintenance';

/** Older copies of the documentation have HTTP 500 for refusals by the payment method [R]. */
const SAID_WITH_500 = ['-780', '-781', '-782'];

interface Said {
  code: string;
  method?: string;
  codes: RawCodes;
}

function parseRefusal(body: unknown, secrets: readonly string[]): Said | undefined {
  const { success, data } = ErrorAnswer.safeParse(body);
  if (!success) return undefined;
  const code = String(data.error_code ?? data.code);
  const method = data.extras?.method_result_code;
  const message = data.extras?.method_result_message ?? data.error_message ?? data.msg;
  return {
    code,
    ...(method !== undefined && { method }),
    codes: {
      code: method === undefined ? code : `${code}/${method}`,
      ...(message !== undefined && { message: redactMessage(message, secrets) }),
    },
  };
}

/** Only an approval can be refused because the buyer has not finished; elsewhere such a code is a stranger. */
function entryFor(op: Operation, { code, method }: Said): Entry {
  return op !== 'approve' && OF_APPROVE.includes(code) ? NO_SUCH_CODE : entryOf(code, method);
}

const OF_APPROVE = ['-701', '-708', '-723'];
