import { attachReference, resolveAttempt } from '../../payments/index.ts';
import { PilliveryError } from '../../platform/errors.ts';
import type { PaymentAttempt } from '../../schema.ts';
import type { Act } from './document.ts';
import { attachmentOf, decisionOf, noteOf, type ReconcileRequest } from './request.ts';
import type { Reconciliation } from './run.ts';

/** What a person has decided about single payments; all of it is read before any of it is done. */
export async function decideByHand(run: Reconciliation, request: ReconcileRequest): Promise<Act[]> {
  const decisions = (request.resolve ?? []).map(decisionOf);
  const attachments = (request.attach ?? []).map(attachmentOf);
  if (decisions.length + attachments.length === 0) return [];
  const { app, actor, dryRun } = run;
  const note = noteOf(request);
  const acts: Act[] = [];
  for (const { attemptId, resolution } of decisions) {
    if (!dryRun) await resolveAttempt(app, { attemptId, resolution, note, actor });
    acts.push(act('resolve', attemptId, { dryRun, says: resolution.result }));
  }
  for (const { attemptId, providerPaymentId } of attachments) {
    if (!dryRun) await attachReference(app, { attemptId, providerPaymentId, note, actor });
    acts.push(act('attach', attemptId, { dryRun, says: providerPaymentId }));
  }
  return acts;
}

const act = (name: Act['act'], id: string, { dryRun, says }: { dryRun: boolean; says: string }): Act => ({
  act: name,
  id,
  result: dryRun ? 'would-be-done' : 'done',
  says,
});

/** Closes a payment of which a witness says that it was not charged. One that may not be closed yet is told. */
export async function acceptUnmoved(
  { app, actor, dryRun }: Reconciliation,
  { publicId: attemptId }: PaymentAttempt,
  note: string,
): Promise<Act> {
  const says = 'NOT_CHARGED';
  try {
    if (!dryRun) await resolveAttempt(app, { attemptId, resolution: { result: says }, note, actor });
    return act('accept-unmoved', attemptId, { dryRun, says });
  } catch (error) {
    const isRefusal = error instanceof PilliveryError && (error.kind === 'refused' || error.kind === 'conflict');
    if (!isRefusal) throw error;
    return { act: 'accept-unmoved', id: attemptId, result: 'refused', says: error.message };
  }
}
