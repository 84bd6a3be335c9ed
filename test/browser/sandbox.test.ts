import type { Browser, Page } from 'playwright-core';
import { afterAll, beforeAll, describe, expect, it, onTestFinished } from 'vitest';
import { openBrowser } from '../support/browser.ts';
import { bundle, chargeBody, NOON, minutesAfter, readyBody, textOf, type Bundle } from '../sandbox/support.ts';

let browser: Browser;
beforeAll(async () => {
  browser = await openBrowser();
});
afterAll(() => browser.close());

/** A browser without scripts, and what it complained about: a broken style sheet is a complaint. */
async function open(url: string): Promise<{ page: Page; complaints: string[] }> {
  const page = await browser.newPage({ javaScriptEnabled: false });
  const complaints: string[] = [];
  page.on('console', (message) => complaints.push(message.text()));
  onTestFinished(() => page.close());
  await page.goto(url);
  return { page, complaints };
}

const press = (page: Page, button: string) => page.getByRole('button', { name: button, exact: true }).click();
const refusal = (result: string) => ({ error_code: -780, extras: { method_result_code: result } });

/** A checkout in a browser; its return addresses are pages of the sandbox, which are real and do nothing. */
async function checkout(shop: Bundle) {
  const back = `${shop.sandbox.url}/`;
  const urls = { approval_url: `${back}?at=approval`, cancel_url: `${back}?at=cancel`, fail_url: `${back}?at=fail` };
  const { body } = await shop.call('ready', readyBody(urls));
  const opened = await open(textOf(body, 'next_redirect_pc_url'));
  /** What approve says to where the browser has been led. */
  const approve = async () => {
    const pg_token = new URL(opened.page.url()).searchParams.get('pg_token');
    const named = { cid: 'TC0ONETIME', partner_order_id: 'pa_1', partner_user_id: 'cu_1' };
    return (await shop.call('approve', { ...named, tid: body['tid'], pg_token })).body;
  };
  const statusOf = async () => (await shop.call('order', { cid: 'TC0ONETIME', tid: body['tid'] })).body['status'];
  const again = () => opened.page.goto(textOf(body, 'next_redirect_pc_url'));
  return { ...opened, approve, statusOf, again };
}

const at = (page: Page) => new URL(page.url()).searchParams.get('at');

describe('the approval page', () => {
  it('wears its own style sheet and nothing else', async () => {
    const { page, complaints } = await checkout(await bundle());
    const amount = page.locator('.amount');
    expect((await amount.boundingBox())?.height).toBeGreaterThan(40);
    expect(complaints).toEqual([]);
  });

  it.each([
    ['카카오페이머니로 결제', 'MONEY'],
    ['카드로 결제', 'CARD'],
  ])('pays with %s', async (button, method) => {
    const { page, approve, statusOf } = await checkout(await bundle());
    await press(page, button);
    expect(at(page)).toBe('approval');
    expect(await approve()).toMatchObject({ payment_method_type: method });
    expect(await statusOf()).toBe('SUCCESS_PAYMENT');
  });

  it.each([
    ['취소', 'cancel', 'QUIT_PAYMENT'],
    ['비밀번호 오류(실패)', 'fail', 'FAIL_AUTH_PASSWORD'],
  ])('leads back after %s, nothing being paid', async (button, place, status) => {
    const shop = await bundle();
    const { page, statusOf } = await checkout(shop);
    await press(page, button);
    expect([at(page), await statusOf()]).toEqual([place, status]);
    expect(shop.sandbox.ledger()).toEqual([]);
  });

  it('lets a customer be declined for a reason after all they did', async () => {
    const shop = await bundle();
    const { page, approve, statusOf } = await checkout(shop);
    await page.getByLabel('거절 사유').selectOption('0026');
    await press(page, '이 사유로 거절');
    expect(at(page)).toBe('approval');
    expect(await approve()).toMatchObject(refusal('0026'));
    expect(await statusOf()).toBe('FAIL_PAYMENT');
    expect(await approve()).toMatchObject({ error_code: -783 });
    expect(shop.sandbox.ledger()).toEqual([]);
  });

  it('lets the window end', async () => {
    const { page, again } = await checkout(await bundle());
    await press(page, '시간 초과시키기');
    expect(at(page)).toBe('fail');
    await again();
    expect(await page.getByRole('heading').textContent()).toBe('결제 시간이 지났습니다');
  });

  it('leads back by itself when it is told to', async () => {
    const shop = await bundle({ auto: { press: { button: 'approve' }, delayMs: 20 } });
    const { page, approve } = await checkout(shop);
    expect(at(page)).toBe('approval');
    expect(await approve()).toMatchObject({ payment_method_type: 'MONEY' });
  });
});

describe('the control page', () => {
  const cell = (page: Page, text: string) => page.getByRole('cell', { name: text, exact: true });
  const charge = (shop: Bundle) => shop.call('subscription', chargeBody());

  it('shows what was executed', async () => {
    const shop = await bundle();
    await charge(shop);
    const { page, complaints } = await open(`${shop.sandbox.url}/sandbox`);
    await expect(cell(page, '₩25,900').first().isVisible()).resolves.toBe(true);
    await expect(cell(page, 'pa_2').first().isVisible()).resolves.toBe(true);
    expect(complaints).toEqual([]);
  });

  it('lets a person choose the next fault, and take it back', async () => {
    const shop = await bundle();
    const { page } = await open(`${shop.sandbox.url}/sandbox`);
    await page.getByLabel('Call', { exact: true }).selectOption('subscription');
    await page.getByLabel('What happens').selectOption('decline');
    await page.getByLabel('Detail').fill('LIMIT_BALANCE');
    await page.getByLabel('How often').selectOption('three');
    await press(page, 'Set this fault');

    expect(await page.getByText('{"kind":"decline","result":"LIMIT_BALANCE"}').isVisible()).toBe(true);
    expect((await charge(shop)).body).toMatchObject({ extras: { method_result_code: 'LIMIT_BALANCE' } });
    await page.reload();
    expect(await cell(page, '1 of 3').isVisible()).toBe(true);

    await press(page, 'Remove');
    expect(await page.getByText('Nothing goes wrong on purpose.').isVisible()).toBe(true);
    expect((await charge(shop)).status).toBe(200);
  });

  it('takes a rule as JSON, and says what is wrong with one', async () => {
    const shop = await bundle();
    const { page } = await open(`${shop.sandbox.url}/sandbox`);
    await page.getByText('A rule as JSON').click();
    await page.getByLabel('Rule').fill('{ "effect": { "kind": "explode" } }');
    await press(page, 'Set this rule');
    expect(await page.getByRole('alert').textContent()).toContain('unknown effect explode');

    await page.getByText('A rule as JSON').click();
    await page.getByLabel('Rule').fill('{ "effect": { "kind": "maintenance" }, "times": 1 }');
    await press(page, 'Set this rule');
    expect((await charge(shop)).status).toBe(503);
  });

  it('moves the clock, and ends a mandate as its customer would', async () => {
    const shop = await bundle();
    await charge(shop);
    const { page } = await open(`${shop.sandbox.url}/sandbox`);
    await press(page, '+1 day');
    expect(shop.clock.now().getTime()).toBeGreaterThanOrEqual(minutesAfter(NOON, 1440).getTime());
    await press(page, 'End it as the customer');
    expect((await charge(shop)).body).toMatchObject({ error_code: -751 });
    expect(await page.getByRole('cell', { name: 'INACTIVE' }).isVisible()).toBe(true);
  });
});
