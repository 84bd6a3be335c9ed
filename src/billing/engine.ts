import type { App } from '../app.ts';
import { markNow, type ChargeOutcome, type SentMark } from '../payments/index.ts';
import { isDuplicateKey } from '../platform/database/index.ts';
import { Unavailable } from '../platform/errors.ts';
import { failPoint } from '../platform/fail-points.ts';
import type { PaymentAttempt } from '../schema.ts';
import { chargeAttempt } from './charge.ts';
import { claimAttempts, customerFence, type Claim, type Claimed } from './claim.ts';
import { PAGE } from './due.ts';
import { countCode, type CodeCount, type Counters, type Reason } from './report.ts';
import type { Runner } from './runner.ts';
import { groupSettler } from './settle-group.ts';
import type { NextPage } from './source.ts';

/** Outages in a row after which calling on makes no sense: twice what is in flight at the usual width. */
const FAULTS_IN_A_ROW = 32;

export interface Engine {
  app: App;
  runner: Runner;
  next: NextPage;
  counters: Counters;
  codes: Map<string, CodeCount>;
  reasons: Set<Reason>;
  /** Aborted when no new work may be taken. */
  stop: AbortSignal;
}

/**
 * Claims, charges and settles until nothing is left. At most `billing.concurrency` calls are in flight, and no more than
 * that is ever marked SENT at once: each such row is unknown after a crash. A permit is free again as soon as its answer
 * is here; settling goes on beside the next calls.
 */
export async function chargeAll(engine: Engine): Promise<void> {
  const state = new ChargingState(engine);
  try {
    for (;;) {
      await state.refill();
      const wanted = state.pick();
      if (wanted.length > 0) await state.claim(wanted);
      else if (state.isIdle()) break;
      else await state.somethingEnds();
    }
  } finally {
    await state.drained(); // whatever failed, answers on their way are still booked
    engine.counters.left += state.leftOver();
  }
}

class ChargingState {
  readonly #engine: Engine;
  readonly #settle;
  readonly #width: number;
  #queue: PaymentAttempt[] = [];
  /** Mandates and customers with a call in flight or an answer not settled yet. */
  readonly #busy = new Set<string>();
  readonly #working = new Set<Promise<void>>();
  #calling = 0;
  #exhausted = false;
  #faultsInARow = 0;
  #stopped = false;
  #wake = Promise.withResolvers<void>();

  constructor(engine: Engine) {
    this.#engine = engine;
    this.#settle = groupSettler(engine.app);
    this.#width = engine.app.config.billing.concurrency;
  }

  get #stopping(): boolean {
    return this.#stopped || this.#engine.stop.aborted;
  }

  /** Reads the next page while less than a page waits. */
  async refill(): Promise<void> {
    while (!this.#stopping && !this.#exhausted && this.#queue.length < this.#width) {
      const page = await this.#engine.next();
      if (page) this.#queue.push(...page);
      else this.#exhausted = true;
      if (this.#queue.length > 2 * PAGE) break;
    }
  }

  /** As many waiting attempts as permits are free, one per mandate and customer. */
  pick(): PaymentAttempt[] {
    if (this.#stopping) return [];
    const picked: PaymentAttempt[] = [];
    this.#queue = this.#queue.filter((attempt) => {
      if (picked.length >= this.#width - this.#calling || this.#working.size + picked.length >= 3 * this.#width)
        return true;
      const keys = keysOf(attempt);
      if (keys.some((key) => this.#busy.has(key))) return true;
      keys.forEach((key) => this.#busy.add(key));
      picked.push(attempt);
      return false;
    });
    return picked;
  }

  async claim(wanted: PaymentAttempt[]): Promise<void> {
    const { app, runner, counters, reasons } = this.#engine;
    const sent = markNow(app);
    const claim = await claimOrLeave(app, runner, wanted);
    counters.fenced += claim.fenced;
    counters.closed += claim.closed;
    if (claim.lost) {
      reasons.add('LEASE_LOST');
      this.#queue.unshift(...wanted);
      this.#stopped = true;
    }
    const claimed = new Set(claim.claimed.map(({ attempt }) => attempt.id));
    for (const attempt of wanted) if (!claimed.has(attempt.id)) this.#release(attempt);
    for (const one of claim.claimed) this.#begin(one, sent);
  }

  #begin(claimed: Claimed, sent: SentMark): void {
    this.#calling += 1;
    const work = this.#chargeAndSettle(claimed, sent).finally(() => {
      this.#working.delete(work);
      this.#release(claimed.attempt);
      this.#signal();
    });
    this.#working.add(work);
  }

  async #chargeAndSettle(claimed: Claimed, sent: SentMark): Promise<void> {
    const outcome = await this.#charge(claimed, sent);
    failPoint('charge:answered');
    this.#calling -= 1;
    this.#signal();
    this.#watch(outcome);
    try {
      await this.#settle(claimed.attempt, outcome);
      failPoint('charge:settled');
      this.#count(claimed.attempt, outcome);
    } catch (err) {
      this.#failed(err, claimed.attempt);
    }
  }

  /** A bug in one charge is one charge in doubt, not the end of the others. */
  async #charge(claimed: Claimed, sent: SentMark): Promise<ChargeOutcome> {
    const { app, reasons } = this.#engine;
    try {
      return await chargeAttempt(app, claimed, sent);
    } catch (err) {
      reasons.add('BUG');
      app.log.error({ err, attemptId: claimed.attempt.publicId }, 'unexpected error in a charge');
      return { kind: 'unknown', why: 'connection_lost', answered: false, lookAt: app.clock.now() };
    }
  }

  /** An answer that could not be booked leaves its attempt SENT; it becomes unknown and is looked at again. */
  #failed(err: unknown, attempt: PaymentAttempt): void {
    const { app, reasons } = this.#engine;
    reasons.add(err instanceof Unavailable ? 'DATABASE_LOST' : 'BUG');
    app.log.error({ err, attemptId: attempt.publicId }, 'an answer could not be settled');
    if (err instanceof Unavailable) this.#stopped = true;
  }

  /** Stops where going on would only repeat the same failure. */
  #watch(outcome: ChargeOutcome): void {
    const { reasons } = this.#engine;
    const isFault = outcome.kind === 'provider_down' || (outcome.kind === 'unknown' && !outcome.answered);
    this.#faultsInARow = isFault ? this.#faultsInARow + 1 : 0;
    if (outcome.kind === 'provider_down') reasons.add('PROVIDER_DOWN');
    if (outcome.kind === 'rejected_by_config') reasons.add('CONFIG_REJECTED');
    if (this.#faultsInARow >= FAULTS_IN_A_ROW) {
      reasons.add('PROVIDER_DOWN');
      this.#stopped = true;
    }
    if (outcome.kind === 'rejected_by_config' && outcome.scope === 'all') this.#stopped = true;
  }

  #count(attempt: PaymentAttempt, outcome: ChargeOutcome): void {
    const { counters, codes } = this.#engine;
    countCode(codes, outcome);
    switch (outcome.kind) {
      case 'approved':
        counters.approved += 1;
        counters.amountApproved += attempt.amount;
        return;
      case 'declined_soft':
        counters.declinedSoft += 1;
        return;
      case 'declined_hard':
        counters.declinedHard += 1;
        return;
      case 'unknown':
        counters.unknown += 1;
        return;
      case 'provider_down':
      case 'rejected_by_config':
        counters.notCharged += 1;
    }
  }

  isIdle(): boolean {
    return this.#working.size === 0 && (this.#stopping || (this.#exhausted && this.#queue.length === 0));
  }

  leftOver(): number {
    return this.#queue.length;
  }

  async drained(): Promise<void> {
    await Promise.allSettled(this.#working);
  }

  async somethingEnds(): Promise<void> {
    await this.#wake.promise;
    this.#wake = Promise.withResolvers();
  }

  #signal(): void {
    this.#wake.resolve();
  }

  #release(attempt: PaymentAttempt): void {
    keysOf(attempt).forEach((key) => this.#busy.delete(key));
  }
}

/** Two claims that met at a fence: nothing was marked, nothing was called, and a later run takes these attempts. */
async function claimOrLeave(app: App, runner: Runner, wanted: PaymentAttempt[]): Promise<Claim> {
  try {
    return await claimAttempts(app, runner, wanted);
  } catch (error) {
    if (!isDuplicateKey(error)) throw error;
    return { claimed: [], fenced: wanted.length, closed: 0, lost: false };
  }
}

const keysOf = (attempt: PaymentAttempt): string[] => [attempt.mandateId ?? '', customerFence(attempt)];
