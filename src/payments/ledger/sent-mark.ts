import type { App } from '../../app.ts';
import type { MayWrite } from '../provider.ts';

/** No byte is written later than this after the SENT commit, so that a row that is silent for 60 s stays silent. */
const LATEST_WRITE_MS = 25_000;

/** The same moment on two clocks: the wall's may be set, the other one may sleep with the machine. */
interface SentMark {
  wall: Date;
  monotonicMs: number;
}

/** Taken before the transaction that commits SENT, so that a process frozen right after it wakes up late, not early. */
export const markNow = ({ clock }: Pick<App, 'clock'>): SentMark => ({
  wall: clock.now(),
  monotonicMs: clock.monotonicMs(),
});

/** Whether a byte may still be written for an attempt marked SENT at `mark`. */
export const mayWriteSince =
  ({ clock }: Pick<App, 'clock'>, { wall, monotonicMs }: SentMark): MayWrite =>
  () =>
    clock.monotonicMs() - monotonicMs <= LATEST_WRITE_MS &&
    Math.abs(clock.now().getTime() - wall.getTime()) <= LATEST_WRITE_MS;

export type { SentMark };
