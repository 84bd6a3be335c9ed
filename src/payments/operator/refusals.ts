import { Conflict, InvalidInput } from '../../platform/errors.ts';
import type { PaymentAttempt } from '../../schema.ts';

const SHORTEST_NOTE = 10;
const LONGEST_NOTE = 300;
const LONGEST_REFERENCE = 200;

/** The note without blanks around it, or `InvalidInput` for one that nobody will understand later. */
export function checkNote(given: string): string {
  const note = given.trim();
  const { length } = Array.from(note);
  if (length >= SHORTEST_NOTE && length <= LONGEST_NOTE) return note;
  throw new InvalidInput(
    'NOTE_LENGTH',
    `A note has ${SHORTEST_NOTE} to ${LONGEST_NOTE} characters, so that others understand it later; this one has ${length}.`,
    { fields: [{ field: 'note', reason: length < SHORTEST_NOTE ? 'too_short' : 'too_long' }] },
  );
}

export function checkReference(reference: string | undefined): void {
  if (reference === undefined || (reference.trim() !== '' && reference.length <= LONGEST_REFERENCE)) return;
  const fields = [{ field: 'providerPaymentId', reason: 'length' }];
  throw new InvalidInput('REFERENCE_INVALID', `A payment id has 1 to ${LONGEST_REFERENCE} characters.`, { fields });
}

export const referenceTaken = () =>
  new Conflict('REFERENCE_TAKEN', 'Another attempt has this payment id; each payment is booked once.');

export const wrongState = ({ state }: PaymentAttempt, message: string) =>
  new Conflict('ATTEMPT_STATE', message, { facts: { state } });
