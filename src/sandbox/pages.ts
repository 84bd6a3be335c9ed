import { hash } from 'node:crypto';
import { html, raw } from 'hono/html';

export type Page = ReturnType<typeof html>;

const CSS = `
:root { color-scheme: light dark; --ground: #f2f3f5; --card: #fff; --ink: #191919; --soft: #5f6672; --line: #e3e5e9; --mark: #fee500; --plain: #eceef1 }
@media (prefers-color-scheme: dark) { :root { --ground: #141518; --card: #202227; --ink: #f1f2f4; --soft: #a3a9b4; --line: #33363d; --plain: #2e3138 } }
* { box-sizing: border-box }
body { margin: 0; min-height: 100vh; display: grid; place-items: center; padding: 24px 16px; background: var(--ground); color: var(--ink);
  font: 16px/1.55 "Apple SD Gothic Neo", "Malgun Gothic", "Noto Sans KR", "Noto Sans CJK KR", system-ui, sans-serif; word-break: keep-all; overflow-wrap: anywhere }
main { width: 100%; max-width: 420px; background: var(--card); border: 1px solid var(--line); border-radius: 20px; padding: 28px 24px; box-shadow: 0 8px 30px rgb(0 0 0 / .06) }
.banner { display: inline-block; margin: 0 0 16px; padding: 4px 12px; border-radius: 99px; background: var(--mark); color: #191919; font-size: 13px; font-weight: 600 }
h1 { margin: 0 0 4px; font-size: 20px; line-height: 1.35 }
.amount { margin: 4px 0 20px; font-size: 32px; font-weight: 700; letter-spacing: -.02em; font-variant-numeric: tabular-nums }
dl { margin: 0 0 24px; padding: 16px 0; border: solid var(--line); border-width: 1px 0; display: grid; grid-template-columns: auto 1fr; gap: 8px 16px; font-size: 14px }
dt { color: var(--soft) }
dd { margin: 0; text-align: right; font-variant-numeric: tabular-nums }
form { margin: 10px 0 0 }
button { width: 100%; min-height: 52px; padding: 8px 16px; border: 0; border-radius: 12px; background: var(--plain); color: var(--ink); font: inherit; font-weight: 600; cursor: pointer }
button.first { background: var(--mark); color: #191919 }
button.quiet { background: none; border: 1px solid var(--line); color: var(--soft); font-weight: 500; min-height: 44px }
button:hover { filter: brightness(.96) }
button:focus-visible, a:focus-visible { outline: 3px solid #3b82f6; outline-offset: 2px }
.pair { display: grid; grid-template-columns: 1fr 1fr; gap: 10px; margin-top: 6px }
p { margin: 0 0 12px } .soft { color: var(--soft); font-size: 14px } a { color: inherit }
li { margin: 6px 0 } ul { padding-left: 20px }
`;

/**
 * Nothing runs and nothing is fetched; the one style sheet is named by its hash. `form-action` has to allow the web:
 * browsers hold it against every address a button is redirected to, the shop's and wherever the shop sends on to.
 */
export const pageHeaders = {
  'Content-Security-Policy': `default-src 'none'; style-src 'sha256-${hash('sha256', CSS, 'base64')}'; form-action 'self' http: https:; base-uri 'none'; frame-ancestors 'none'`,
  'X-Content-Type-Options': 'nosniff',
  'Referrer-Policy': 'no-referrer',
  'Cache-Control': 'no-store',
};

/** The frame of every page; what is put into it is escaped unless it is a `Page` itself. */
export const page = (title: string, content: Page): Page =>
  html`<!doctype html>
    <html lang="ko">
      <head>
        <meta charset="utf-8" />
        <meta name="viewport" content="width=device-width, initial-scale=1" />
        <title>${title} · Pillivery sandbox</title>
        <style>
          ${raw(CSS)}
        </style>
      </head>
      <body>
        <main>
          <p class="banner">모의 결제 · 실제로 결제되지 않습니다</p>
          ${content}
        </main>
      </body>
    </html>`;

export const indexPage = (lines: number): Page =>
  page(
    'Sandbox',
    html`<h1>Pillivery payment sandbox</h1>
      <p class="soft">
        A stand-in for KakaoPay. It speaks the provider's HTTP, moves no money and writes down every charge it has
        executed: ${lines} so far in this ledger.
      </p>
      <ul>
        <li>
          <a href="/sandbox/ledger">Ledger</a> (<a href="/sandbox/ledger.jsonl">JSON lines</a>,
          <a href="/sandbox/ledger/summary">summary</a>)
        </li>
        <li><a href="/sandbox/stats">Stats</a></li>
      </ul>`,
  );
