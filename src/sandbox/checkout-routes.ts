import { Hono, type Context } from 'hono';
import { z } from 'zod';
import type { Auto } from './auto.ts';
import type { Desk } from './desk.ts';
import { approvalPage, noticePage } from './approval-page.ts';
import { BUTTONS, openPage, press, remainingMs, standingOf, type Press } from './kakaopay/checkouts.ts';
import type { KakaoPay } from './kakaopay/state.ts';
import { METHODS } from './kakaopay/wire.ts';
import { pageHeaders } from './pages.ts';
import { describeProblem } from './problems.ts';

/** The buttons of the page, by the last word of their addresses. */
const PAGE_BUTTONS = new Map<string, Press>([
  ['approve', { button: 'approve', method: 'MONEY' }],
  ['approve-card', { button: 'approve', method: 'CARD' }],
  ['cancel', { button: 'cancel' }],
  ['fail', { button: 'fail' }],
  ['expire', { button: 'expire' }],
  ['decline', { button: 'decline' }],
]);

const PressRequest = z.strictObject({
  method: z.enum(METHODS).optional(),
  result: z.string().min(1).max(100).optional(),
});
type PressRequest = z.infer<typeof PressRequest>;

/** The page that a customer sees, and the same buttons for clients without a browser. */
export function checkoutRoutes({ kakaopay, pause }: Pick<Desk, 'kakaopay' | 'pause'>, auto: Auto | undefined): Hono {
  const routes = new Hono();
  routes.get('/sandbox/checkout/:tid', async (c) => {
    const checkout = kakaopay.checkouts.get(c.req.param('tid'));
    if (!auto?.press || !checkout || standingOf(kakaopay, checkout) !== 'open') {
      return showPage(c, kakaopay, c.req.param('tid'), 200);
    }
    openPage(checkout);
    await pause(auto.delayMs);
    const pressed = press(kakaopay, checkout, auto.press);
    return 'refused' in pressed ? showPage(c, kakaopay, checkout.tid, 409) : leadTo(c, pressed.redirectUrl);
  });
  routes.post('/sandbox/checkout/:tid/:button', async (c) => {
    const { tid, button } = c.req.param();
    const pressing = PAGE_BUTTONS.get(button);
    if (!pressing) return c.notFound();
    const checkout = kakaopay.checkouts.get(tid);
    if (!checkout) return showPage(c, kakaopay, tid, 409);
    const pressed = press(kakaopay, checkout, { ...pressing, ...(await reasonOf(c)) });
    if ('refused' in pressed) return showPage(c, kakaopay, tid, 409);
    return leadTo(c, pressed.redirectUrl);
  });
  for (const button of BUTTONS) {
    routes.post(`/sandbox/checkouts/:tid/${button}`, (c) =>
      pressWithoutBrowser(c, kakaopay, { tid: c.req.param('tid'), button }),
    );
  }
  return routes;
}

const leadTo = (c: Context, address: string) => c.body(null, 303, { ...pageHeaders, Location: address });

/** Why the payment is to be declined: the choice on the page. */
async function reasonOf(c: Context): Promise<Pick<Press, 'result'>> {
  const { result } = await c.req.parseBody();
  return typeof result === 'string' && /^\w{1,100}$/.test(result) ? { result } : {};
}

function showPage(c: Context, kakaopay: KakaoPay, tid: string, status: 200 | 409) {
  const checkout = kakaopay.checkouts.get(tid);
  if (checkout) {
    const standing = standingOf(kakaopay, checkout);
    if (standing === 'open') openPage(checkout);
    return c.html(approvalPage(checkout, standing, remainingMs(kakaopay, checkout)), status, pageHeaders);
  }
  const payment = kakaopay.payments.get(tid);
  if (payment)
    return c.html(
      noticePage('이미 끝난 결제입니다', `승인이 끝난 결제입니다. 이 창은 닫아도 됩니다. (${payment.status})`),
      status,
      pageHeaders,
    );
  return c.html(
    noticePage('없는 결제입니다', '이 주소로 시작된 결제가 없습니다. 상점에서 다시 시작해 주세요.'),
    404,
    pageHeaders,
  );
}

async function pressWithoutBrowser(c: Context, kakaopay: KakaoPay, { tid, button }: { tid: string } & Press) {
  const checkout = kakaopay.checkouts.get(tid);
  if (!checkout && kakaopay.payments.has(tid)) return conflict(c, 'This checkout is finished.');
  if (!checkout) return c.json({ code: 'CHECKOUT_NOT_FOUND', message: 'No checkout was started with this tid.' }, 404);

  const body = await readPress(c);
  if ('problem' in body) return c.json({ code: 'INVALID_INPUT', message: body.problem }, 400);
  const pressed = press(kakaopay, checkout, { button, ...body });
  return 'refused' in pressed ? conflict(c, pressed.refused) : c.json(pressed);
}

const conflict = (c: Context, message: string) => c.json({ code: 'CHECKOUT_STATE', message }, 409);

async function readPress(c: Context): Promise<PressRequest | { problem: string }> {
  const text = await c.req.text();
  if (text === '') return {};
  try {
    const body: unknown = JSON.parse(text);
    const read = PressRequest.safeParse(body);
    return read.success ? read.data : { problem: describeProblem(read.error, body) };
  } catch {
    return { problem: 'the body is not JSON' };
  }
}
