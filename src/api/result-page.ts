import type { Context } from 'hono';
import { html } from 'hono/html';

const SAYS: Record<string, string> = {
  approved: '결제가 완료되었습니다.',
  declined: '결제가 거절되었습니다. 다른 결제 수단으로 다시 시도해 주세요.',
  pending: '결제 결과를 확인하고 있습니다. 잠시 후 주문 내역에서 확인해 주세요.',
  closed: '이 결제는 이미 종료되었습니다.',
  cancelled: '결제를 취소하셨습니다.',
  failed: '결제가 진행되지 않았습니다.',
};

/** Where a buyer lands after the provider when the shop has no storefront of its own yet. */
export function resultPage(c: Context) {
  c.header('Content-Security-Policy', "default-src 'none'; style-src 'unsafe-inline'; frame-ancestors 'none'");
  c.header('Referrer-Policy', 'no-referrer');
  return c.html(
    html`<!doctype html>
      <html lang="ko">
        <meta charset="utf-8" />
        <meta name="viewport" content="width=device-width" />
        <title>Pillivery</title>
        <body style="font: 18px/1.6 system-ui, sans-serif; max-width: 32rem; margin: 20vh auto 0; padding: 0 1.5rem">
          <h1 style="font-size: 1.4rem">${SAYS[c.req.query('result') ?? ''] ?? '알 수 없는 결과입니다.'}</h1>
          <p style="color: #666">${c.req.query('attempt') ?? ''}</p>
        </body>
      </html>`,
  );
}
