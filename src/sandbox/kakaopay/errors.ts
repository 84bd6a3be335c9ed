/** An answer in the provider's words: JSON, or the page of a gateway that stands before it. */
export interface WireAnswer {
  readonly status: number;
  readonly body: object | string;
  readonly headers?: Readonly<Record<string, string>>;
}

export interface MethodRefusal {
  method_result_code: string;
  method_result_message: string;
}

/** A request that strict checking turned away; the provider has no such code. */
const STRICT = -90001;

/** Every code of payments.md 2.9. The codes are KakaoPay's, the sentences are ours. */
const SENTENCES = new Map([
  // Codes that go with the older form of the body.
  [-1, 'internal error'],
  [-2, 'a parameter is missing or wrong'],
  [-3, 'no authorization'],
  [-5, 'no permission'],
  [-7, 'under maintenance'],
  [-10, 'daily quota used up'],
  [-9798, 'under maintenance'],
  [-400, 'no authorization header'],
  [-401, 'unknown secret key'],
  [-403, 'online payment is not switched on for this application'],
  [-404, 'no such address'],
  [-429, 'daily quota used up'],
  [-500, 'internal error'],
  [-503, 'under maintenance'],
  [-701, 'the user has not finished authentication yet'],
  [-702, 'this tid is already approved'],
  [-703, 'the amount is not acceptable'],
  [-704, 'the order data are not acceptable'],
  [-705, 'this payment method is not supported'],
  [-706, 'partner_order_id differs from the one given to ready'],
  [-707, 'partner_user_id differs from the one given to ready'],
  [-708, 'wrong pg_token'],
  [-710, 'the refund is above what is left'],
  [-711, 'the refund is above what is left'],
  [-721, 'no such tid for this cid'],
  [-722, 'the amount is not acceptable'],
  [-723, 'the payment window of 15 minutes is over'],
  [-724, 'the order data are not acceptable'],
  [-725, 'the order data are not acceptable'],
  [-726, 'the order data are not acceptable'],
  [-730, 'unknown application'],
  [-731, 'unknown cid, or not one for this call'],
  [-732, 'unknown gid'],
  [-733, 'wrong cid_secret'],
  [-750, 'no such sid'],
  [-751, 'the sid is inactive'],
  [-752, 'the monthly ceiling of the sid is reached'],
  [-753, 'partner_user_id differs from the one the sid was issued for'],
  [-761, 'the phone number is unknown to KakaoTalk'],
  [-780, 'the approval was refused'],
  [-781, 'the refund was refused by the payment method'],
  [-782, 'the recurring charge was refused'],
  [-783, 'the payment cannot be approved in its present state'],
  [-784, 'the payment cannot be cancelled in its present state'],
  [-785, 'the same request is in flight'],
  [-797, 'above the limit of one payment'],
  [-798, 'this IP address is not registered'],
  [-799, 'this domain is not registered'],
]);

/** Everything else is 400, as all -7xx are. */
const STATUSES = new Map<number, number>([
  [-1, 500],
  [-3, 401],
  [-5, 403],
  [-7, 503],
  [-10, 429],
  [-9798, 503],
  [-401, 401],
  [-403, 403],
  [-404, 404],
  [-429, 429],
  [-500, 500],
  [-503, 503],
]);

/** Only these speak for the payment method and carry `extras`. */
export const METHOD_REFUSALS: readonly number[] = [-780, -781, -782];

export const isKnownCode = (code: number): boolean => SENTENCES.has(code);

export function refuse(code: number, extras?: MethodRefusal): WireAnswer {
  const sentence = SENTENCES.get(code);
  if (sentence === undefined) throw new Error(`Bug: ${code} is no code of KakaoPay.`);
  return {
    status: STATUSES.get(code) ?? 400,
    body: { error_code: code, error_message: sentence, ...(extras && { extras }) },
  };
}

/** What a gateway says for a provider that does not: no code, so nothing about the money follows from it. */
export const gatewayAnswer = (status: number): WireAnswer =>
  status === 500 ? refuse(-500) : { status, body: `<html><body><h1>${status}</h1></body></html>`, headers: HTML };

const HTML = { 'Content-Type': 'text/html; charset=utf-8' };

export const refuseStrictly = (problem: string): WireAnswer => ({
  status: 400,
  body: { error_code: STRICT, error_message: `strict: ${problem}` },
});
