import { readDuration } from './duration.ts';
import type { Press } from './kakaopay/checkouts.ts';

/** The button that the page presses by itself, some time after it was opened; no press is off. */
export interface Auto {
  readonly press: Press | undefined;
  readonly delayMs: number;
}

export const AUTO_FORMS = 'approve, decline, cancel or off, and a delay if you like: approve:500ms';

const PRESSES = new Map<string, Press | undefined>([
  ['approve', { button: 'approve' }],
  ['decline', { button: 'decline' }],
  ['cancel', { button: 'cancel' }],
  ['off', undefined],
]);

/** Reads one of `AUTO_FORMS`; undefined for anything else. */
export function readAuto(text: string): Auto | undefined {
  const [word = '', delay = '0', ...rest] = text.split(':');
  const delayMs = readDuration(delay);
  if (!PRESSES.has(word) || delayMs === undefined || rest.length > 0) return undefined;
  return { press: PRESSES.get(word), delayMs };
}
