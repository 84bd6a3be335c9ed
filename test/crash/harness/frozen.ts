import { readFileSync } from 'node:fs';

/** Whether a process has stopped itself, as Linux tells it. */
export function isFrozen(pid: number | undefined): boolean {
  try {
    return /^\d+ \(.*\) T/.test(readFileSync(`/proc/${pid}/stat`, 'utf8'));
  } catch {
    return false; // it is not there yet, or not any more
  }
}
