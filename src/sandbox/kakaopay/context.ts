import type { Effect, EffectOf } from '../faults/effects.ts';
import type { Fault } from '../faults/meeting.ts';
import type { Answered, Movement } from '../ledger.ts';

/** How a call is executed: what the ledger is to say of it, and what a fault wants of it. */
export interface CallContext {
  /** The caller's own, when it sent one. */
  readonly requestId: string | undefined;
  readonly answered: Answered;
  /** The rule that the call met. */
  readonly fault: Fault | undefined;
  /** What the rule does, a ramp already decided. */
  readonly effect: Effect | undefined;
}

export const effectOf = <Kind extends Effect['kind']>(
  { effect }: CallContext,
  kind: Kind,
): EffectOf<Kind> | undefined => (effect?.kind === kind ? (effect as EffectOf<Kind>) : undefined);

/** The part of a ledger line that is the call's; `ownId` names calls whose callers did not. */
export const lineOf = ({ requestId, answered, fault }: CallContext, ownId: string) =>
  ({ requestId: requestId ?? `R${ownId.slice(1)}`, answered, faultId: fault?.id }) satisfies Partial<Movement>;
