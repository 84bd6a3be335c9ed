import { refuse, type WireAnswer } from './errors.ts';

/** The code by which each call says that the payment method refused. */
const CODES: Record<string, number> = { approve: -780, subscription: -782, cancel: -781 };

/** A refusal by the payment method, in the words of the call that met it. */
export const methodRefusal = (op: string, result: string, message = `refused: ${result}`): WireAnswer =>
  refuse(CODES[op] ?? -780, { method_result_code: result, method_result_message: message });
