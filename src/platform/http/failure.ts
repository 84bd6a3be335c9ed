import type { Answer } from './caller.ts';
import type { Reached } from './wire.ts';

const DNS_CODES = ['ENOTFOUND', 'EAI_AGAIN', 'EAI_FAIL', 'EAI_NODATA'];
const TLS_CODE = /^(ERR_TLS|ERR_SSL|CERT_|DEPTH_ZERO|SELF_SIGNED|UNABLE_TO_|EPROTO)/;
const TIMEOUT_CODES = ['UND_ERR_HEADERS_TIMEOUT', 'UND_ERR_BODY_TIMEOUT'];

/** Answers that send the caller elsewhere; 421 says that this was the wrong server. */
const ELSEWHERE = [301, 302, 303, 307, 308, 421];

/** What a failed call means. Whether bytes may have left decides, whatever the error says: proof is not in a code. */
export function readFailure(error: unknown, reached: Reached, signal: AbortSignal): Answer {
  const codes = codesOf(error);
  if (reached.withheld) return { kind: 'not_written', why: 'too_late' };
  if (!reached.written) return { kind: 'not_written', why: whyNotWritten(codes) };
  if (reached.status !== undefined && ELSEWHERE.includes(reached.status))
    return { kind: 'no_answer', why: 'redirected' };
  const timedOut = signal.aborted || codes.some((code) => TIMEOUT_CODES.includes(code));
  return { kind: 'no_answer', why: timedOut ? 'timeout' : 'connection_lost' };
}

function whyNotWritten(codes: string[]): 'dns' | 'tls' | 'connect' {
  if (codes.some((code) => DNS_CODES.includes(code))) return 'dns';
  return codes.some((code) => TLS_CODE.test(code)) ? 'tls' : 'connect';
}

/** The codes of an error and its causes; messages are never parsed, and the request's headers never looked at. */
function codesOf(error: unknown): string[] {
  const codes: string[] = [];
  for (let inner = error; inner instanceof Error; inner = inner.cause) {
    const { code } = inner as { code?: unknown };
    if (typeof code === 'string') codes.push(code);
    if (inner instanceof AggregateError) codes.push(...inner.errors.flatMap(codesOf));
  }
  return codes;
}
