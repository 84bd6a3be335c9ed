import type { Clock } from '../../platform/clock.ts';
import { Conflict } from '../../platform/errors.ts';
import type { Port } from '../port.ts';
import type { FaultBook, Place } from './book.ts';
import { isPortRule, momentOf, type Fault } from './meeting.ts';
import { readRule, type WrittenRule } from './read-rule.ts';
import { readScenario } from './scenario.ts';

/** A rule as the outside sees it. */
export interface FaultReport {
  id: string;
  match: object;
  effect: object;
  times?: number;
  setAt: string;
  /** How many calls have met it. */
  fired: number;
}

/** Rules from the outside: read, put in force, taken back. */
export interface FaultControl {
  list(): FaultReport[];
  set(given: unknown, place?: Place): FaultReport;
  /** Puts a scenario in the place of all rules. */
  play(scenario: unknown): FaultReport[];
  remove(id: string): boolean;
  clear(): void;
}

export function openFaultControl(book: FaultBook, clock: Clock, port: Pick<Port, 'shutFor' | 'open'>): FaultControl {
  const written = new Map<string, object>();
  const timers = new Map<string, NodeJS.Timeout>();
  const report = (fault: Fault): FaultReport => reportOf(fault, written.get(fault.id) ?? {});

  const put = ({ rule, written: asWritten }: WrittenRule, place: Place | undefined): Fault => {
    const fault = book.add(rule, place);
    if (!fault) throw new Conflict('FAULT_EXISTS', `There is a rule "${rule.id}" already; remove it first.`);
    written.set(fault.id, asWritten);
    if (isPortRule(fault)) timers.set(fault.id, shutPort(fault, clock, port));
    return fault;
  };
  const forget = (id: string) => {
    written.delete(id);
    if (!timers.has(id)) return;
    clearTimeout(timers.get(id));
    timers.delete(id);
    port.open();
  };

  const clear = () => {
    for (const { id } of book.list()) forget(id);
    book.clear();
  };

  return {
    list: () => book.list().map(report),
    set: (given, place) => report(put(readRule(given), place)),
    play(scenario) {
      const rules = readScenario(scenario);
      clear();
      return rules.map((rule) => report(put(rule, 'back')));
    },
    remove(id) {
      forget(id);
      return book.remove(id);
    },
    clear,
  };
}

const reportOf = ({ id, times, setAt, fired }: Fault, written: object): FaultReport => ({
  id,
  match: {},
  effect: {},
  ...written,
  ...(times !== undefined && { times }),
  setAt: setAt.toISOString(),
  fired,
});

/** Lets the answer to whoever set the rule leave first. */
const FIRST_MS = 20;

/** A closed port hears no calls, so it is shut by a timer; `from` is waited for in real time. */
function shutPort(fault: Fault, clock: Clock, port: Pick<Port, 'shutFor'>): NodeJS.Timeout {
  const { effect, match, setAt } = fault;
  const forMs = effect.kind === 'refuse' ? (effect.for ?? 0) : 0;
  const startsAt = match.from ? momentOf(match.from, setAt) : setAt;
  return setTimeout(
    () => {
      fault.fired += 1;
      port.shutFor(forMs);
    },
    Math.max(FIRST_MS, startsAt.getTime() - clock.now().getTime()),
  ).unref();
}
