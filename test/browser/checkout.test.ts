import { eq } from '../../src/platform/database/sql.ts';
import type { Browser, Page } from 'playwright-core';
import { afterAll, beforeAll, expect, it, onTestFinished } from 'vitest';
import { buildApi } from '../../src/api/app.ts';
import { listen } from '../../src/api/server.ts';
import { openBrowser } from '../support/browser.ts';
import { bundle } from '../support/bundle.ts';
import { given } from '../support/given.ts';
import { newShopper } from '../support/shopper.ts';

let browser: Browser;
beforeAll(async () => {
  browser = await openBrowser();
});
afterAll(() => browser.close());

/** A shop that is its own storefront, a subscription order in it, and the provider's page for it in a browser. */
async function openCheckout() {
  const { app, sandbox } = await bundle();
  const late: { api?: ReturnType<typeof buildApi> } = {};
  const server = await listen(
    { fetch: (request) => late.api?.fetch(request) ?? new Response(null, { status: 503 }) },
    { host: '127.0.0.1', port: 0 },
  );
  onTestFinished(() => server.close());
  Object.assign(app.config.shop, { publicUrl: server.url, storefrontUrl: server.url });
  late.api = buildApi(app);

  const item = await given(app).item();
  const shopper = await newShopper(server);
  const lines = [{ itemId: item.id, quantity: 1, periodDays: 30 }];
  const order = await shopper.post('/api/orders', { kind: 'SUBSCRIPTION', from: 'LINES', lines });
  const checkout = await shopper.post(`/api/payments/orders/${order.body.data.id}`);
  const page = await browser.newPage({ javaScriptEnabled: false });
  onTestFinished(() => page.close());
  await page.goto(checkout.body.data.action.pcUrl);
  const stateOfAttempt = async () => {
    const { paymentAttempts: t } = app.database.tables;
    const found = eq(t.publicId, checkout.body.data.attemptId);
    return (await app.database.select({ state: t.state }).from(t).where(found))[0]?.state;
  };
  const statusOfOrder = async () => (await shopper.get(`/api/orders/${order.body.data.id}`)).body.data.status;
  return { page, url: server.url, sandbox, stateOfAttempt, statusOfOrder };
}

const press = (page: Page, button: string) => page.getByRole('button', { name: button, exact: true }).click();
const heading = (page: Page) => page.getByRole('heading').textContent();

it('shows the amount that the shop asks for', async () => {
  const { page } = await openCheckout();

  expect(await page.locator('.amount').textContent()).toBe('27,000원');
});

it('pays the order when the buyer presses the money button', async () => {
  const { page, url, stateOfAttempt, statusOfOrder } = await openCheckout();

  await press(page, '카카오페이머니로 결제');

  expect(page.url()).toContain(`${url}/checkout/result`);
  expect(await heading(page)).toBe('결제가 완료되었습니다.');
  expect(await statusOfOrder()).toBe('PAID');
  expect(await stateOfAttempt()).toBe('APPROVED');
});

it('charges nothing when the buyer presses cancel', async () => {
  const { page, url, sandbox, stateOfAttempt } = await openCheckout();

  await press(page, '취소');

  expect(page.url()).toContain(`${url}/checkout/result`);
  expect(await heading(page)).toBe('결제를 취소하셨습니다.');
  expect(await stateOfAttempt()).toBe('NOT_CHARGED');
  expect(sandbox.ledger()).toEqual([]);
});
