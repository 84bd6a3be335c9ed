import type { Witness } from '../faults/effects.ts';
import { answer } from './answers.ts';
import { effectOf, lineOf, type CallContext } from './context.ts';
import { customerOf } from './customers.ts';
import { refuse, type WireAnswer } from './errors.ts';
import { findMandate, lastApprovedAt } from './mandates.ts';
import { RECURRING_CID, type KakaoPay, type Mandate } from './state.ts';
import { seoulTime } from './times.ts';
import type { SidRequest } from './wire.ts';

/** `manage/subscription/inactive`: ends a mandate for ever. */
export function deactivate(kakaopay: KakaoPay, request: SidRequest, call: CallContext): WireAnswer {
  const mandate = findMandate(kakaopay, request.sid);
  if (request.cid !== RECURRING_CID) return refuse(-731);
  if (!mandate) return refuse(-750);
  if (mandate.inactivatedAt) return refuse(-751);
  inactivate(kakaopay, mandate, { at: kakaopay.clock.now(), call });
  const { inactivated_at, ...common } = momentsOf(kakaopay, mandate, call);
  return answer({ cid: request.cid, sid: request.sid, status: 'INACTIVE', ...common, inactivated_at });
}

/** `manage/subscription/status`: the only witness of a recurring charge whose answer was lost. */
export function tellStatus(kakaopay: KakaoPay, request: SidRequest, call: CallContext): WireAnswer {
  const mandate = findMandate(kakaopay, request.sid);
  if (request.cid !== RECURRING_CID) return refuse(-731);
  if (!mandate) return refuse(-750);
  const isActive = mandate.inactivatedAt === null;
  const method = mandate.customer === null ? null : customerOf(kakaopay, mandate.customer).method;
  return answer({
    available: isActive,
    cid: request.cid,
    sid: request.sid,
    status: isActive ? 'ACTIVE' : 'INACTIVE',
    payment_method_type: method ?? mandate.method,
    item_name: mandate.itemName,
    ...momentsOf(kakaopay, mandate, call),
    use_point_status: 'N',
  });
}

interface Inactivation {
  at: Date;
  call: CallContext;
}

/** Whoever wanted it: the merchant by a call, or the customer in KakaoPay's app. */
export function inactivate({ ledger }: KakaoPay, mandate: Mandate, { at, call }: Inactivation): void {
  const line = { ref: mandate.hash, orderRef: '', mandateHash: mandate.hash, customer: mandate.customer ?? '' };
  ledger.record(at, { op: 'deactivate', ...line, amount: 0, ...lineOf(call, `D${mandate.hash.slice(0, 19)}`) });
  mandate.inactivatedAt = at;
}

function momentsOf({ clock }: KakaoPay, mandate: Mandate, call: CallContext) {
  const fault = effectOf(call, 'witness');
  const witness = fault && call.fault ? { told: fault, setAt: call.fault.setAt } : mandate.witness;
  const { createdAt, inactivatedAt } = mandate;
  const last = witness ? testimony(mandate, witness, clock.now()) : lastApprovedAt(mandate);
  return {
    created_at: seoulTime(createdAt),
    last_approved_at: last && seoulTime(last),
    inactivated_at: inactivatedAt ? seoulTime(inactivatedAt) : undefined,
  };
}

/** What is said of the last approval instead of the truth. */
function testimony(mandate: Mandate, { told, setAt }: { told: Witness; setAt: Date }, now: Date): Date | undefined {
  const { mode, seconds = 0 } = told;
  const last = lastApprovedAt(mandate);
  const lastUntil = (moment: Date) => mandate.approvals.findLast((approval) => approval <= moment);
  if (mode === 'missing') return undefined;
  if (mode === 'stranger') return moved(now, -seconds);
  if (mode === 'stale') return lastUntil(setAt);
  if (mode === 'late') return lastUntil(moved(now, -seconds));
  return mode === 'shifted' && last ? moved(last, seconds) : last;
}

const moved = (moment: Date, bySeconds: number): Date => new Date(moment.getTime() + bySeconds * 1000);
