import { z } from 'zod';
import { isKnownCode, METHOD_REFUSALS, refuse, type WireAnswer } from './errors.ts';

/** How the next charges of a mandate or a customer are to be declined. */
export interface DeclineScript {
  times: number;
  readonly code: number;
  readonly result?: string | undefined;
}

export const Script = z
  .strictObject({
    times: z.int().min(1).max(1_000_000),
    code: z.int().refine(isKnownCode, { error: 'must be a code of KakaoPay, such as -782' }),
    result: z.string().min(1).max(100).optional(),
  })
  .refine(({ code, result }) => result === undefined || METHOD_REFUSALS.includes(code), {
    path: ['result'],
    error: `goes with ${METHOD_REFUSALS.join(', ')} only`,
  });

/** The scripted answer to a charge, if there is one left; the mandate's own script goes first. */
export function takeDecline(...scripts: (DeclineScript | null | undefined)[]): WireAnswer | undefined {
  const script = scripts.find((candidate) => candidate && candidate.times > 0);
  if (!script) return undefined;
  script.times -= 1;
  const { code, result } = script;
  return refuse(
    code,
    result === undefined ? undefined : { method_result_code: result, method_result_message: `scripted: ${result}` },
  );
}
