import { isPayable, vatOf } from './amounts.ts';
import { answer } from './answers.ts';
import { customerOf } from './customers.ts';
import { refuse, type WireAnswer } from './errors.ts';
import { newPgToken, newTid } from './ids.ts';
import { methodRefusal } from './method-refusal.ts';
import { RECURRING_CID, type Checkout, type KakaoPay } from './state.ts';
import { seoulTime } from './times.ts';
import type { Method, ReadyRequest } from './wire.ts';

/** The life of a tid from ready on (payments.md 2.1). */
const WINDOW_MS = 15 * 60_000;

/**
 * Checkouts that nobody finishes stay for lookups, but not for ever: above this many (some 60 MB) the oldest that has
 * expired makes room. Ten thousand customers on the page at once are far below it.
 */
const KEPT_CHECKOUTS = 100_000;

export function ready(kakaopay: KakaoPay, request: ReadyRequest): WireAnswer {
  const minimum = request.cid === RECURRING_CID ? 0 : 1;
  if (!isPayable(request.total_amount, request.tax_free_amount, minimum)) return refuse(-722);
  const checkout = toCheckout(kakaopay, request);
  makeRoom(kakaopay);
  kakaopay.checkouts.set(checkout.tid, checkout);
  return readyAnswer(checkout, kakaopay.checkoutUrl(checkout.tid));
}

function toCheckout(kakaopay: KakaoPay, request: ReadyRequest): Checkout {
  const [createdAt, { cid, total_amount: total, tax_free_amount: taxFree }] = [kakaopay.clock.now(), request];
  const parties = { cid, orderRef: request.partner_order_id, customer: request.partner_user_id };
  return {
    ...parties,
    tid: newTid(kakaopay, { ...parties, total }),
    itemName: request.item_name,
    itemCode: request.item_code,
    quantity: request.quantity,
    total,
    taxFree,
    vat: request.vat_amount ?? vatOf(total, taxFree),
    greenDeposit: request.green_deposit ?? 0,
    installMonth: request.install_month ?? 0,
    createdAt,
    expiresAt: new Date(createdAt.getTime() + WINDOW_MS),
    status: 'READY',
    refunds: [],
    approvalUrl: request.approval_url,
    cancelUrl: request.cancel_url,
    failUrl: request.fail_url,
    onlyMethod: request.payment_method_type,
  };
}

function readyAnswer({ tid, createdAt }: Checkout, pageUrl: string): WireAnswer {
  const appScheme = `kakaotalk://kakaopay/pg?url=${encodeURIComponent(pageUrl)}`;
  return answer({
    tid,
    next_redirect_app_url: pageUrl,
    next_redirect_mobile_url: pageUrl,
    next_redirect_pc_url: pageUrl,
    android_app_scheme: appScheme,
    ios_app_scheme: appScheme,
    created_at: seoulTime(createdAt),
  });
}

function makeRoom(kakaopay: KakaoPay): void {
  if (kakaopay.checkouts.size < KEPT_CHECKOUTS) return;
  const [oldest] = kakaopay.checkouts.values();
  if (oldest && isExpired(kakaopay, oldest)) kakaopay.checkouts.delete(oldest.tid);
}

export const remainingMs = ({ clock }: KakaoPay, { expiresAt }: Checkout): number =>
  expiresAt.getTime() - clock.now().getTime();

export const isExpired = (kakaopay: KakaoPay, checkout: Checkout): boolean => remainingMs(kakaopay, checkout) <= 0;

/** Ends a checkout's window now. */
export function expireNow({ clock }: KakaoPay, checkout: Checkout): void {
  if (checkout.expiresAt > clock.now()) checkout.expiresAt = clock.now();
}

const FINISHED: readonly string[] = ['QUIT_PAYMENT', 'FAIL_AUTH_PASSWORD', 'FAIL_PAYMENT'];

/** Where a checkout stands for the person in front of it. */
export type Standing = 'open' | 'authenticated' | 'expired' | 'finished';

export function standingOf(kakaopay: KakaoPay, checkout: Checkout): Standing {
  if (FINISHED.includes(checkout.status)) return 'finished';
  if (isExpired(kakaopay, checkout)) return 'expired';
  return checkout.status === 'AUTH_PASSWORD' ? 'authenticated' : 'open';
}

export function openPage(checkout: Checkout): void {
  if (checkout.status === 'READY') checkout.status = 'OPEN_PAYMENT';
}

export const BUTTONS = ['approve', 'cancel', 'fail', 'expire', 'decline'] as const;
export type Button = (typeof BUTTONS)[number];

/** A button of the page; to approve by a method, or to be declined for a reason in the words of payments.md 2.9. */
export interface Press {
  readonly button: Button;
  readonly method?: Method | undefined;
  readonly result?: string | undefined;
}
export type Pressed = { redirectUrl: string } | { refused: string };

/** Presses a button and says where the browser goes; after the window that is always `fail_url`. */
export function press(kakaopay: KakaoPay, checkout: Checkout, { button, method, result }: Press): Pressed {
  const standing = standingOf(kakaopay, checkout);
  if (standing === 'finished') return { refused: 'This checkout is finished.' };
  if (button === 'expire') expireNow(kakaopay, checkout);
  if (standing === 'expired' || button === 'expire') return { redirectUrl: location(checkout.failUrl) };
  if (button === 'approve') return authenticate(kakaopay, checkout, method);
  if (standing === 'authenticated') return { refused: 'The customer has already authenticated this checkout.' };
  if (button === 'decline') {
    checkout.refusal = methodRefusal('approve', result ?? 'LACK_BALANCE');
    return authenticate(kakaopay, checkout, method);
  }
  checkout.status = button === 'cancel' ? 'QUIT_PAYMENT' : 'FAIL_AUTH_PASSWORD';
  return { redirectUrl: location(button === 'cancel' ? checkout.cancelUrl : checkout.failUrl) };
}

/** A second press of an impatient finger leads to the same place with the same token. */
function authenticate(kakaopay: KakaoPay, checkout: Checkout, method: Method | undefined): Pressed {
  if (checkout.onlyMethod && method && method !== checkout.onlyMethod) {
    return { refused: `This checkout offers ${checkout.onlyMethod} only.` };
  }
  const usual = customerOf(kakaopay, checkout.customer).method;
  checkout.method ??= method ?? checkout.onlyMethod ?? usual ?? 'MONEY';
  checkout.pgToken ??= newPgToken(kakaopay, checkout.tid);
  checkout.status = 'AUTH_PASSWORD';
  return { redirectUrl: location(withToken(checkout.approvalUrl, checkout.pgToken)) };
}

/** Appends the token and keeps an existing query as it was written, escapes and all. */
function withToken(url: string, pgToken: string): string {
  const [address = '', ...fragment] = url.split('#');
  const joint = !address.includes('?') ? '?' : /[?&]$/.test(address) ? '' : '&';
  return [`${address}${joint}pg_token=${pgToken}`, ...fragment].join('#');
}

/** A header may hold printable ASCII only. */
const location = (url: string): string => (/^[\x21-\x7e]*$/.test(url) ? url : new URL(url).href);
