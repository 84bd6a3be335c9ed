import { addDays } from '../../../src/platform/calendar.ts';
import type { FaultRuleInput } from '../../../src/sandbox/index.ts';
import { seeded } from '../../support/random.ts';
import { CLOSED_ACCOUNT, INACTIVE, LACKS_BALANCE, TODAY } from '../support.ts';

const DATES = 60;

/** What a customer's method answers from a date on. */
export interface Answer {
  customer: string;
  script: { times: number; code: number; result?: string };
}

/** What happens on one date. */
export interface DayPlan {
  date: string;
  /** Nobody runs the billing. */
  missed: boolean;
  answers: Answer[];
  /** Customers whose charges meet a fault, and which. */
  faults: FaultRuleInput[];
  /** The whole provider is away: for the first run of the date only, or for all of it. */
  outage?: { effect: FaultRuleInput['effect']; allDay: boolean };
  /** The first run is stopped after so many charges. */
  limit?: number;
}

/** Nobody came to work, for longer than due dates are caught up with and than the shortest period. */
const AWAY = { from: 33, to: 41 };

/** A charge that is executed and whose answer is lost, or that is lost itself: only the witness can tell. */
const LOSSES: readonly FaultRuleInput['effect'][] = [
  { kind: 'commit_drop', at: 'before_head' },
  { kind: 'commit_drop', at: 'in_body' },
  { kind: 'commit_code', code: 503 },
  { kind: 'drop', when: 'after_reading' },
  { kind: 'fail', status: 500 },
];

const OUTAGES: readonly FaultRuleInput['effect'][] = [{ kind: 'maintenance' }, { kind: 'throttle' }];

/** Sixty dates drawn from a seed; the last is a calm one, so that its run leaves nothing to the next. */
export function planOf(seed: number, customers: readonly string[]): DayPlan[] {
  const days = drawnFrom(seed, customers);
  return [
    ...days.slice(0, -1),
    ...days.slice(-1).map(({ date, answers }) => ({ date, answers, missed: false, faults: [] })),
  ];
}

function drawnFrom(seed: number, customers: readonly string[]): DayPlan[] {
  const random = seeded(seed);
  const pick = <T>(list: readonly T[]): T => list[Math.floor(random() * list.length)] as T;
  const misfortunes = customers.map((customer) => misfortuneOf(customer, random));
  return Array.from({ length: DATES }, (_, day): DayPlan => {
    const isAway = day >= AWAY.from && day <= AWAY.to;
    const isStormy = random() < 0.3;
    const lost = isStormy ? customers.filter(() => random() < 0.2) : [];
    const outage = random() < 0.1 ? { effect: pick(OUTAGES), allDay: random() < 0.5 } : undefined;
    const limit = random() < 0.1 ? 1 + Math.floor(random() * 5) : undefined;
    return {
      date: addDays(TODAY, day),
      missed: random() < 0.1 || isAway,
      answers: misfortunes.flatMap((answersOn) => answersOn(day)),
      faults: lost.map((customer) => ({ match: { op: 'subscription', customer }, effect: pick(LOSSES), times: 1 })),
      ...(outage && { outage }),
      ...(limit !== undefined && { limit }),
    };
  });
}

type AnswersOn = (day: number) => Answer[];

/** Most customers always pay; some are short of money now and then, some lose their account or end their mandate. */
function misfortuneOf(customer: string, random: () => number): AnswersOn {
  const kind = random();
  const when = Math.floor(random() * DATES);
  const forGood = (script: Omit<Answer['script'], 'times'>): AnswersOn => {
    return (day) => (day === when ? [{ customer, script: { times: 1_000, ...script } }] : []);
  };
  if (kind < 0.05) return forGood(CLOSED_ACCOUNT);
  if (kind < 0.09) return forGood(INACTIVE);
  if (kind < 0.12) return forGood(LACKS_BALANCE);
  if (kind > 0.5) return () => [];
  return () => {
    const isShort = random() < 0.15;
    return isShort ? [{ customer, script: { times: 1 + Math.floor(random() * 4), ...LACKS_BALANCE } }] : [];
  };
}
