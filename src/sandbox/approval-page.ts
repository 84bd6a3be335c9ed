import { html } from 'hono/html';
import type { Standing } from './kakaopay/checkouts.ts';
import type { Checkout } from './kakaopay/state.ts';
import { page, type Page } from './pages.ts';

/** The page in front of a customer who is to pay, or what has become of it. */
export function approvalPage(checkout: Checkout, standing: Standing, remainingMs: number): Page {
  if (standing === 'open') return paymentPage(checkout, remainingMs);
  if (standing === 'authenticated') return authenticatedPage(checkout);
  if (standing === 'expired') return expiredPage(checkout);
  return noticePage('이미 끝난 결제입니다', '취소되었거나 실패한 결제입니다. 상점에서 다시 시작해 주세요.');
}

export const noticePage = (title: string, sentence: string): Page =>
  page(
    title,
    html`<h1>${title}</h1>
      <p class="soft">${sentence}</p>`,
  );

const paymentPage = (checkout: Checkout, remainingMs: number): Page =>
  page(
    '결제',
    html`<h1>${checkout.itemName}</h1>
      <p class="amount">${won(checkout.total)}</p>
      ${details(checkout, remainingMs)} ${methodButtons(checkout)}
      <div class="pair">
        ${button(checkout.tid, 'cancel', '취소', 'quiet')}
        ${button(checkout.tid, 'fail', '비밀번호 오류(실패)', 'quiet')}
      </div>
      ${mishaps(checkout.tid)}`,
  );

/** The wire names no merchant; the address the customer returns to is the nearest thing to a name. */
const details = ({ approvalUrl, cid, total, orderRef, quantity }: Checkout, remainingMs: number): Page =>
  html`<dl>
    <dt>상점</dt>
    <dd>${new URL(approvalUrl).host} (${cid})</dd>
    <dt>주문</dt>
    <dd>${orderRef}</dd>
    <dt>수량</dt>
    <dd>${quantity.toLocaleString('ko-KR')}개</dd>
    <dt>결제 금액</dt>
    <dd>${won(total)}${total === 0 ? ' (정기결제 등록만)' : ''}</dd>
    <dt>남은 시간</dt>
    <dd>${duration(remainingMs)}</dd>
  </dl>`;

function methodButtons({ tid, onlyMethod }: Checkout): Page {
  const money = button(tid, 'approve', '카카오페이머니로 결제', 'first');
  const card = button(tid, 'approve-card', '카드로 결제', onlyMethod === 'CARD' ? 'first' : '');
  return html`${onlyMethod === 'CARD' ? '' : money}${onlyMethod === 'MONEY' ? '' : card}`;
}

const button = (tid: string, name: string, label: string, look: string): Page =>
  html`<form method="post" action="/sandbox/checkout/${tid}/${name}">
    <button class="${look}" type="submit">${label}</button>
  </form>`;

/** Why a payment method may refuse, in the words of payments.md 2.9. */
const REASONS = [
  ['LACK_BALANCE', '잔액 부족'],
  ['LIMIT_ONE_TIME', '1회 한도 초과'],
  ['BANK_ACCOUNT_BLOCKED', '계좌 사용 정지'],
  ['BANK_FIRM_UNAVAILABLE', '은행 점검'],
  ['BANK_FIRM_UNKNOWN', '은행 응답 불명'],
  ['USER_LOCKED', '다른 거래 진행 중'],
  ['0004', '유효기간이 지난 카드'],
  ['0026', '분실·도난 카드'],
] as const;

/** What befalls a customer who did everything right. */
const mishaps = (tid: string): Page =>
  html`<form method="post" action="/sandbox/checkout/${tid}/decline" class="line">
      <select name="result" aria-label="거절 사유">
        ${REASONS.map(([result, label]) => html`<option value="${result}">${label} (${result})</option>`)}
      </select>
      <button class="quiet" type="submit">이 사유로 거절</button>
    </form>
    ${button(tid, 'expire', '시간 초과시키기', 'quiet')}`;

/** For a customer whose way back was interrupted: the button leads there once more, the token stays out of the page. */
const authenticatedPage = (checkout: Checkout): Page =>
  page(
    '인증 완료',
    html`<h1>인증이 끝났습니다</h1>
      <p class="soft">${checkout.itemName}, ${won(checkout.total)}. 상점이 결제를 마무리합니다.</p>
      ${button(checkout.tid, checkout.method === 'CARD' ? 'approve-card' : 'approve', '상점으로 돌아가기', 'first')}`,
  );

const expiredPage = (checkout: Checkout): Page =>
  page(
    '시간 초과',
    html`<h1>결제 시간이 지났습니다</h1>
      <p class="soft">
        ${checkout.itemName}, ${won(checkout.total)}. 15분 안에 결제하지 않아 만료되었습니다. 결제된 금액은 없습니다.
      </p>
      <p><a href="${checkout.failUrl}">상점으로 돌아가기</a></p>`,
  );

const won = (amount: number): string => `${amount.toLocaleString('ko-KR')}원`;

function duration(lengthMs: number): string {
  const seconds = Math.ceil(lengthMs / 1000);
  return `${Math.floor(seconds / 60)}분 ${String(seconds % 60).padStart(2, '0')}초`;
}
