import { systemClock } from '../../platform/clock.ts';
import type { Hit } from '../faults/book.ts';
import type { WireAnswer } from '../kakaopay/errors.ts';
import type { CallRequest } from './conduct.ts';
import type { ShownFields } from '../request-log.ts';
import type { Desk } from '../desk.ts';
import { pathOf, requestIdOf } from './read.ts';

/** One call from its arrival to its end, for the counters and the log. */
export interface Visit {
  hit: Hit | undefined;
  /** The fields of its body that may be shown. */
  fields: ShownFields;
  /** What went out whole. */
  sent: WireAnswer | undefined;
  /** Lets other calls of the same customer in; may be called twice. */
  land: () => void;
  /** What it was to do is done: from here on only its answer is missing. */
  isExecuted: boolean;
  end(): void;
}

const MACHINE = systemClock();

export function openVisit({ stats, log }: Desk, { request, call }: CallRequest): Visit {
  const [at, arrivedMs] = [MACHINE.now(), MACHINE.monotonicMs()];
  stats.arrive(call?.op);
  const visit: Visit = {
    hit: undefined,
    fields: {},
    sent: undefined,
    land: () => undefined,
    isExecuted: false,
    end() {
      visit.land();
      const tookMs = MACHINE.monotonicMs() - arrivedMs;
      stats.leave(visit.sent && tookMs);
      log.add({
        at: at.toISOString(),
        path: pathOf(request),
        op: call?.op,
        requestId: requestIdOf(request),
        fields: visit.fields,
        faultId: visit.hit?.fault.id,
        status: visit.sent?.status,
        code: codeOf(visit.sent),
        tookMs: Math.round(10 * tookMs) / 10,
      });
    },
  };
  return visit;
}

const codeOf = (answer: WireAnswer | undefined): number | undefined =>
  (Object(answer?.body) as { error_code?: number }).error_code;
