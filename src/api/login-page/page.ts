import type { Context } from 'hono';
import { html, raw } from 'hono/html';
import { sourceHash } from '../source-hash.ts';
import { SCRIPT } from './script.ts';

const STYLE = `
body { font: 18px/1.6 system-ui, sans-serif; max-width: 28rem; margin: 12vh auto 0; padding: 0 1.5rem }
h1 { font-size: 1.4rem }
label { display: block; margin: 0.8rem 0 }
[hidden] { display: none }
input, button { font: inherit; width: 100%; padding: 0.4rem; box-sizing: border-box }
button { margin: 1rem 0 }
`;

/** Nothing but the page's own script and style, by their hashes; the form is sent by the script and nowhere else. */
const POLICY = [
  "default-src 'none'",
  `script-src ${sourceHash(SCRIPT)}`,
  `style-src ${sourceHash(STYLE)}`,
  "connect-src 'self'",
  "form-action 'none'",
  "base-uri 'none'",
  "frame-ancestors 'none'",
].join('; ');

const SAYS: Record<string, string> = {
  ok: '로그인되었습니다.',
  linked: '계정이 연결되었습니다.',
  profile_required: '추가 정보 입력',
  email_in_use: '이 이메일로 가입된 계정이 있습니다. 그 계정으로 로그인한 뒤 연결해 주세요.',
  failed: '로그인하지 못했습니다. 다시 시도해 주세요.',
};

/** Where a browser lands after a social login when the shop has no storefront of its own yet. */
export function loginPage(c: Context) {
  const login = c.req.query('login') ?? '';
  c.header('Content-Security-Policy', POLICY);
  c.header('Cache-Control', 'no-store');
  return c.html(
    html`<!doctype html>
      <html lang="ko">
        <meta charset="utf-8" />
        <meta name="viewport" content="width=device-width" />
        <title>Pillivery</title>
        ${raw(`<style>${STYLE}</style>`)}
        <body>
          <h1>${SAYS[login] ?? '알 수 없는 결과입니다.'}</h1>
          ${login === 'profile_required' ? signUpForm() : ''}
        </body>
      </html>`,
  );
}

const signUpForm = () => html`
  <p role="status"></p>
  <form hidden>
    <label>이메일 <input name="email" type="email" required maxlength="254" autocomplete="email" /></label>
    <label>닉네임 <input name="displayName" required minlength="2" maxlength="20" autocomplete="nickname" /></label>
    <label>이름 <input name="realName" required minlength="2" maxlength="30" autocomplete="name" /></label>
    <label>휴대전화 <input name="phone" type="tel" required maxlength="13" autocomplete="tel" /></label>
    <label>우편번호 (선택) <input name="zipCode" inputmode="numeric" maxlength="5" autocomplete="postal-code" /></label>
    <label>주소 <input name="city" required maxlength="100" autocomplete="address-line1" /></label>
    <label>상세 주소 <input name="detailAddress" required maxlength="200" autocomplete="address-line2" /></label>
    <button>가입하기</button>
  </form>
  ${raw(`<script>${SCRIPT}</script>`)}
`;
