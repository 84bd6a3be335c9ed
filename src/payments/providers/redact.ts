import { redactText } from '../../platform/redact.ts';

const CENSOR = '[redacted]';
/** The query of an address, whatever it holds. */
const QUERY = /\?\S+/g;

/** A provider's message, fit for logs and tables: without the call's own secrets and without personal data. */
export function redactMessage(message: string, secrets: readonly string[]): string {
  const withoutSecrets = secrets
    .filter((secret) => secret !== '')
    .reduce((text, secret) => text.replaceAll(secret, CENSOR), message);
  return redactText(withoutSecrets.replaceAll(QUERY, CENSOR));
}
