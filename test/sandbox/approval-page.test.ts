import { describe, expect, it } from 'vitest';
import { bundle, minutesAfter, NOON, readyBody, type Bundle, type Json, textOf } from './support.ts';

async function checkout({ call }: Bundle, changes?: Json): Promise<string> {
  const { body } = await call('ready', readyBody(changes));
  return `/sandbox/checkout/${textOf(body, 'tid')}`;
}

describe('the approval page', () => {
  it('shows shop, title, amount, remaining time and four buttons', async () => {
    const shop = await bundle();
    const text = await (await shop.browse('GET', await checkout(shop))).text();
    for (const shown of [
      '127.0.0.1:8080',
      '오메가3 외 1건',
      '51,800원',
      /1[45]분 \d\d초/,
      '카카오페이머니로 결제',
      '카드로 결제',
      '취소',
      '비밀번호 오류(실패)',
    ]) {
      expect(text).toMatch(shown);
    }
  });

  it('escapes what the shop sends', async () => {
    const shop = await bundle();
    const path = await checkout(shop, { item_name: '<script>alert("1")</script>&', partner_order_id: '"><img>' });
    const text = await (await shop.browse('GET', path)).text();
    expect(text).toContain('&lt;script&gt;alert(&quot;1&quot;)&lt;/script&gt;&amp;');
    expect(text).not.toMatch(/<script|<img/);
  });

  it('runs nothing, loads nothing and tells nobody where the customer came from', async () => {
    const shop = await bundle();
    const { headers } = await shop.browse('GET', await checkout(shop));
    expect(headers.get('content-security-policy')).toMatch(/^default-src 'none'; style-src 'sha256-/);
    expect(headers.get('x-content-type-options')).toBe('nosniff');
    expect(headers.get('referrer-policy')).toBe('no-referrer');
    expect(headers.get('x-pillivery-sandbox')).toBe('1');
  });

  it('offers only the method that the shop asked for', async () => {
    const shop = await bundle();
    const text = await (await shop.browse('GET', await checkout(shop, { payment_method_type: 'CARD' }))).text();
    expect(text).toContain('카드로 결제');
    expect(text).not.toContain('카카오페이머니로 결제');
  });

  it.each(['approve', 'approve-card'])('leads from %s to the approval address with a token', async (button) => {
    const shop = await bundle();
    const response = await shop.browse('POST', `${await checkout(shop)}/${button}`);
    expect(response.status).toBe(303);
    expect(response.headers.get('location')).toMatch(
      /^http:\/\/127\.0\.0\.1:8080\/api\/payments\/approve\/pa_1\?pg_token=\w{20}$/,
    );
  });

  it.each([
    ['http://shop.test/a?x=1', 'http://shop.test/a?x=1&pg_token='],
    ['http://shop.test/a?x=%20+y&', 'http://shop.test/a?x=%20+y&pg_token='],
    ['http://shop.test/a?', 'http://shop.test/a?pg_token='],
    ['http://shop.test/주문?x=1', 'http://shop.test/%EC%A3%BC%EB%AC%B8?x=1&pg_token='],
  ])('keeps the query of %s', async (approval_url, beginning) => {
    const shop = await bundle();
    const response = await shop.browse('POST', `${await checkout(shop, { approval_url })}/approve`);
    expect(response.headers.get('location')?.slice(0, -20)).toBe(beginning);
  });

  it('puts the token before a fragment', async () => {
    const shop = await bundle();
    const response = await shop.browse(
      'POST',
      `${await checkout(shop, { approval_url: 'http://shop.test/a#b' })}/approve`,
    );
    expect(response.headers.get('location')).toMatch(/^http:\/\/shop\.test\/a\?pg_token=\w{20}#b$/);
  });

  it.each([
    ['cancel', 'http://127.0.0.1:8080/api/payments/cancel/pa_1'],
    ['fail', 'http://127.0.0.1:8080/api/payments/fail/pa_1'],
  ])('leads from %s to its address', async (button, address) => {
    const shop = await bundle();
    const response = await shop.browse('POST', `${await checkout(shop)}/${button}`);
    expect([response.status, response.headers.get('location')]).toEqual([303, address]);
  });

  it('leads a second press to the same place with the same token', async () => {
    const shop = await bundle();
    const path = await checkout(shop);
    const [first, second] = [
      await shop.browse('POST', `${path}/approve`),
      await shop.browse('POST', `${path}/approve`),
    ];
    expect(second.headers.get('location')).toBe(first.headers.get('location'));
  });

  it('refuses to cancel what the customer has authenticated', async () => {
    const shop = await bundle();
    const path = await checkout(shop);
    await shop.browse('POST', `${path}/approve`);
    expect((await shop.browse('POST', `${path}/cancel`)).status).toBe(409);
  });

  it('says when a checkout was cancelled', async () => {
    const shop = await bundle();
    const path = await checkout(shop);
    await shop.browse('POST', `${path}/cancel`);
    expect(await (await shop.browse('GET', path)).text()).toContain('이미 끝난 결제입니다');
    expect((await shop.browse('POST', `${path}/approve`)).status).toBe(409);
  });

  it('says when a checkout was paid', async () => {
    const shop = await bundle();
    const request = await shop.authenticated();
    await shop.call('approve', request);
    const path = `/sandbox/checkout/${textOf(request, 'tid')}`;
    expect(await (await shop.browse('GET', path)).text()).toContain('이미 끝난 결제입니다');
    expect((await shop.browse('POST', `${path}/approve`)).status).toBe(409);
  });

  it('says when the 15 minutes are over', async () => {
    const shop = await bundle();
    const path = await checkout(shop);
    shop.clock.moveTo(minutesAfter(NOON, 16));
    const text = await (await shop.browse('GET', path)).text();
    expect(text).toContain('결제 시간이 지났습니다');
    expect(text).not.toContain('<form');
  });

  it('leads a press after the 15 minutes to the fail address', async () => {
    const shop = await bundle();
    const path = await checkout(shop);
    shop.clock.moveTo(minutesAfter(NOON, 16));
    const response = await shop.browse('POST', `${path}/approve`);
    expect(response.headers.get('location')).toBe('http://127.0.0.1:8080/api/payments/fail/pa_1');
  });

  it('answers 404 with a page for an unknown tid', async () => {
    const { browse } = await bundle();
    const response = await browse('GET', '/sandbox/checkout/T0000000000000000000');
    expect(response.status).toBe(404);
    expect(await response.text()).toContain('없는 결제입니다');
  });

  it('answers 404 with a page when a button of an unknown tid is pressed', async () => {
    const { browse } = await bundle();
    expect((await browse('POST', '/sandbox/checkout/T0000000000000000000/approve')).status).toBe(404);
  });
});

describe('pressing without a browser', () => {
  it.each([
    ['approve', /\/approve\/pa_1\?pg_token=/],
    ['cancel', /\/cancel\/pa_1$/],
    ['fail', /\/fail\/pa_1$/],
  ])('%s answers the address to go to', async (button, address) => {
    const { call, request } = await bundle();
    const tid = textOf((await call('ready', readyBody())).body, 'tid');
    expect(await request('POST', `/sandbox/checkouts/${tid}/${button}`)).toMatchObject({
      status: 200,
      body: { redirectUrl: expect.stringMatching(address) },
    });
  });

  it('refuses a method that the shop does not offer', async () => {
    const { call, request } = await bundle();
    const tid = textOf((await call('ready', readyBody({ payment_method_type: 'CARD' }))).body, 'tid');
    expect((await request('POST', `/sandbox/checkouts/${tid}/approve`, { method: 'MONEY' })).status).toBe(409);
  });

  it('refuses a body it does not know', async () => {
    const { call, request } = await bundle();
    const tid = textOf((await call('ready', readyBody())).body, 'tid');
    expect(await request('POST', `/sandbox/checkouts/${tid}/approve`, { method: 'CASH' })).toMatchObject({
      status: 400,
      body: { message: expect.stringContaining('method') },
    });
  });

  it('answers 404 for an unknown tid and 409 for a finished one', async () => {
    const { call, request } = await bundle();
    const tid = textOf((await call('ready', readyBody())).body, 'tid');
    await request('POST', `/sandbox/checkouts/${tid}/cancel`);
    expect((await request('POST', `/sandbox/checkouts/${tid}/approve`)).status).toBe(409);
    expect((await request('POST', '/sandbox/checkouts/T0/approve')).status).toBe(404);
  });
});
