import { isKnownCode, refuse, type MethodRefusal, type WireAnswer } from '../kakaopay/errors.ts';
import { methodRefusal } from '../kakaopay/method-refusal.ts';
import type { EffectOf } from './effects.ts';

interface Refusal {
  error_code: number;
  error_message: string;
  extras?: object;
}

/** The refusal that a `decline` asks for, in the present or the older form of its body. */
export function declineAnswer({ code, result, message, status, form }: EffectOf<'decline'>, op: string): WireAnswer {
  const said = message ?? `declined on demand: ${result}`;
  const extras = result === undefined ? undefined : { method_result_code: result, method_result_message: said };
  const refusal = code === undefined ? methodRefusal(op, result ?? '', said) : refuseWith(code, extras);
  const { error_code, error_message, ...rest } = refusal.body as Refusal;
  const sentence = result === undefined ? (message ?? error_message) : error_message;
  const body =
    form === 'older' ? { code: error_code, msg: sentence, ...rest } : { error_code, error_message: sentence, ...rest };
  return { ...refusal, status: status ?? refusal.status, body };
}

const refuseWith = (code: number, extras: MethodRefusal | undefined): WireAnswer =>
  isKnownCode(code)
    ? refuse(code, extras)
    : { status: 400, body: { error_code: code, error_message: 'a code that nobody has listed' } };
