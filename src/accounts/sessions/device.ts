import { isIP } from 'node:net';

/** What a session remembers of where it was opened, so that its user recognises it in the list. */
export interface Device {
  userAgent: string | null;
  ip: string | null;
}

/** The longest name of a browser that is kept. */
const LONGEST_NAME = 200;

export const deviceOf = (userAgent: string | undefined, address: string): Device => ({
  userAgent: userAgent?.replaceAll(/[^\x20-\x7e]/g, '').slice(0, LONGEST_NAME) || null,
  ip: isIP(address) ? address : null,
});
