import type { Clock } from '../platform/clock.ts';
import { progressLine, type Progress } from './progress.ts';

/** Between two lines for machines; each change of the step is told at once. */
const LINE_EVERY_MS = 5_000;

/** Tells progress as JSON lines: one at each change of the step, and one every five seconds. */
export function showProgress(clock: Clock, write: (line: string) => unknown): (progress: Progress) => void {
  let [step, toldMs] = ['', -Infinity];
  return (progress) => {
    const nowMs = clock.monotonicMs();
    if (progress.step === step && nowMs - toldMs < LINE_EVERY_MS) return;
    [step, toldMs] = [progress.step, nowMs];
    write(progressLine(clock, progress));
  };
}
