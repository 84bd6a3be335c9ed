import type { Browser, Page } from 'playwright-core';
import { afterAll, beforeAll, expect, it, onTestFinished } from 'vitest';
import { openBrowser } from '../support/browser.ts';
import { HANEUL, INFORMATION, socialShop } from '../support/social-shop.ts';

let browser: Browser;
beforeAll(async () => {
  browser = await openBrowser();
});
afterAll(() => browser.close());

/** A shop, and a browser that has just come back from the provider, which is another site. */
async function comeBack(account: object = HANEUL) {
  const shop = await socialShop({ host: 'localhost' });
  shop.provider.account = { sub: HANEUL.sub, ...account };
  const context = await browser.newContext();
  onTestFinished(() => context.close());
  const page = await context.newPage();
  const complaints: string[] = [];
  page.on('console', (line) => line.type() === 'error' && complaints.push(line.text()));
  page.setDefaultTimeout(10_000);
  const logIn = () => page.goto(`${shop.url}/api/auth/oauth/google/start`);
  await logIn();
  return { ...shop, context, page, complaints, logIn };
}

async function fillIn(page: Page, more: Record<string, string> = {}): Promise<void> {
  const { phone, city, detailAddress } = INFORMATION;
  for (const [name, value] of Object.entries({ phone, city, detailAddress, ...more })) {
    await page.locator(`[name=${name}]`).fill(value);
  }
  await page.getByRole('button', { name: '가입하기' }).click();
}

const status = (page: Page) => page.getByRole('status');

it('asks somebody new for what the provider did not tell, and logs them in', async () => {
  const { page, url, context, complaints, logIn } = await comeBack();
  await page.locator('form').waitFor();
  expect(page.url()).toBe(`${url}/login/result?login=profile_required`);
  expect(await page.locator('[name=displayName]').inputValue()).toBe('하늘');
  expect(await page.locator('[name=email]').isVisible()).toBe(false);

  await fillIn(page);
  await status(page).getByText('가입이 완료되었습니다.').waitFor();

  const cookies = await context.cookies(`${url}/api/auth/oauth`);
  expect(cookies.map(({ name, httpOnly, secure }) => ({ name, httpOnly, secure }))).toEqual([
    { name: 'pv_refresh', httpOnly: true, secure: true },
  ]);
  expect(complaints).toEqual([]);
  await logIn();
  expect(page.url()).toBe(`${url}/login/result?login=ok`);
});

it('asks for an e-mail where the provider gave none', async () => {
  const { page } = await comeBack({ email: undefined });
  await page.locator('form').waitFor();

  await fillIn(page, { email: 'own@example.test', displayName: '하늘', realName: '김하늘' });

  await status(page).getByText('가입이 완료되었습니다.').waitFor();
  expect(await page.locator('form').isVisible()).toBe(false);
});

it('says which field is taken, and lets it be changed', async () => {
  const { page, ask } = await comeBack();
  const other = { ...INFORMATION, email: 'bada@example.test', displayName: '바다', password: 'Right-Horse-7' };
  await ask('POST', '/api/users', { body: other });
  await page.locator('form').waitFor();

  await fillIn(page);
  await page.waitForFunction("document.querySelector('[name=phone]').validationMessage === '이미 사용 중입니다.'");
  await fillIn(page, { phone: '010-9999-8888' });

  await status(page).getByText('가입이 완료되었습니다.').waitFor();
  expect(await page.locator('form').isVisible()).toBe(false);
});

it('says that the time to complete the sign-up is over', async () => {
  const { page, clock } = await comeBack();
  await page.locator('form').waitFor();
  clock.moveTo(new Date(clock.now().getTime() + 10 * 60_000));

  await fillIn(page);

  await status(page).getByText('가입 시간이 지났습니다.').waitFor();
  expect(await page.locator('form').isVisible()).toBe(false);
});

it('takes no word of its address into the page', async () => {
  const { page, url } = await comeBack();

  await page.goto(`${url}/login/result?login=%3Cscript%3Ealert(1)%3C/script%3E`);

  expect(await page.getByRole('heading').textContent()).toBe('알 수 없는 결과입니다.');
});
