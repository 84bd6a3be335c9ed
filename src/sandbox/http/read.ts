import type { IncomingMessage } from 'node:http';
import { refuse, type WireAnswer } from '../kakaopay/errors.ts';

/** Far more than any call has to say. */
const MOST_CHARACTERS = 1_048_576;

export type Body = { json: unknown } | { problem: string };

/** The body as text; undefined when the caller hung up before its end. */
export function readText(request: IncomingMessage): Promise<string | undefined> {
  const { promise, resolve } = Promise.withResolvers<string | undefined>();
  let text = '';
  request.setEncoding('utf8');
  request.on('data', (chunk: string) => {
    if (text.length <= MOST_CHARACTERS) text += chunk;
  });
  request.on('end', () => resolve(text));
  request.on('close', () => resolve(undefined));
  request.on('error', () => resolve(undefined));
  return promise;
}

export function readBody({ headers }: IncomingMessage, text: string, isStrict: boolean): Body {
  const isJson = /^application\/json\s*(;|$)/i.test(headers['content-type'] ?? '');
  if (isStrict && !isJson) return { problem: 'header Content-Type must be application/json' };
  if (text.length > MOST_CHARACTERS) return { problem: 'the body is longer than 1 MiB' };
  try {
    return { json: JSON.parse(text) };
  } catch {
    return { problem: 'the body is not JSON' };
  }
}

/** A live key that strays in here is turned away before anything is read. */
export function refusalOfKey({ headers: { authorization } }: IncomingMessage): WireAnswer | undefined {
  if (authorization === undefined) return refuse(-400);
  return /^(DEV_)?SECRET_KEY (SANDBOX|DEV|test_)\S*$/.test(authorization) ? undefined : refuse(-401);
}

/** The caller's own request id when it has the form of one: it ends in the ledger, where audits look for it. */
export function requestIdOf({ headers }: IncomingMessage): string | undefined {
  const given = headers['x-request-id'];
  return typeof given === 'string' && /^[\w.-]{1,64}$/.test(given) ? given : undefined;
}

export const pathOf = ({ url = '/' }: IncomingMessage): string => url.split('?', 1)[0] ?? url;
