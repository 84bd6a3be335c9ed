import * as openid from 'openid-client';
import type { App } from '../../app.ts';
import { PilliveryError, ProviderFault, Unauthenticated } from '../../platform/errors.ts';

/** What a token endpoint says when it is our application, not the person, that it does not like (RFC 6749, 5.2). */
const OUR_FAULT = ['invalid_client', 'unauthorized_client', 'unsupported_grant_type', 'invalid_scope'];

/** Codes of openid-client for an answer that is none, by whatever mistake of the provider. */
const NO_ANSWER = ['OAUTH_RESPONSE_IS_NOT_CONFORM', 'OAUTH_RESPONSE_IS_NOT_JSON', 'OAUTH_PARSE_ERROR'];

interface Failure {
  error: PilliveryError;
  /** For the log: codes of the protocol, nothing of what was sent. */
  why: string;
}

/**
 * What a failed login at a provider means. Everything that does not prove who came back is one refusal, whatever was
 * wrong with it; errors of the library are not passed on, because they quote what the provider sent.
 */
export function readFailure(thrown: unknown): Failure {
  const ours = [...causesOf(thrown)].find((cause) => cause instanceof PilliveryError);
  if (ours) return { error: ours, why: ours.code };
  const { code, error: word } = thrown as { code?: string; error?: string };
  const why = [code, word].filter(Boolean).join(' ') || 'unknown';
  if (thrown instanceof openid.ResponseBodyError) {
    return { error: thrown.status >= 500 || OUR_FAULT.includes(thrown.error) ? providerError() : refused(), why };
  }
  if (code === undefined) throw thrown;
  return { error: NO_ANSWER.includes(code) ? providerError() : refused(), why };
}

/** Does something at a provider; what goes wrong there is logged and thrown as what it means to the caller. */
export async function atProvider<T>({ log }: Pick<App, 'log'>, provider: string, work: () => Promise<T>): Promise<T> {
  try {
    return await work();
  } catch (thrown) {
    const { error, why } = readFailure(thrown);
    log.warn({ event: 'social_login_failed', provider, code: error.code, why }, 'a social login failed');
    throw error;
  }
}

const refused = () => new Unauthenticated('OAUTH_FAILED', 'The provider did not confirm this login.');

const providerError = () =>
  new ProviderFault('PROVIDER_ERROR', 'The provider cannot log anybody in at the moment; try again later.');

function* causesOf(thrown: unknown): Generator<unknown> {
  for (let cause = thrown; cause instanceof Error; cause = cause.cause) yield cause;
}
