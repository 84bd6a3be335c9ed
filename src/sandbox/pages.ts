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
select, input, textarea { width: 100%; min-height: 44px; padding: 8px 12px; border: 1px solid var(--line); border-radius: 10px; background: var(--card); color: inherit; font: inherit; font-size: 14px }
select:focus-visible, input:focus-visible, textarea:focus-visible { outline: 3px solid #3b82f6; outline-offset: 1px }
.line { display: grid; grid-template-columns: 1fr auto; gap: 10px } .line button { width: auto }
.wide body { display: block } .wide main { max-width: 1180px; margin: 0 auto }
.wide h2 { margin: 36px 0 8px; font-size: 17px } .wide h2 small { color: var(--soft); font-weight: 400 }
.tiles { display: flex; flex-wrap: wrap; gap: 10px; margin: 16px 0 0; padding: 0; border: 0 }
.tiles div { flex: 1 0 auto; min-width: 118px; padding: 12px 14px; border: 1px solid var(--line); border-radius: 12px } .tiles dt { font-size: 13px }
.tiles dd { text-align: left; font-size: 18px; font-weight: 600; overflow-wrap: normal; white-space: nowrap } .bad dd, .bad { color: #c62828 }
.fields { display: grid; grid-template-columns: repeat(auto-fit, minmax(150px, 1fr)); gap: 10px; align-items: end } .fields .long { grid-column: span 2 }
.fields label { display: block; margin: 0 0 4px; color: var(--soft); font-size: 13px }
.fields button, .row button { min-height: 44px } .row { display: flex; flex-wrap: wrap; gap: 10px; margin-top: 10px; align-items: end } .row > * { flex: 0 1 auto; width: auto } .row form { margin: 0 }
.scroll { overflow-x: auto; max-height: 460px; border: 1px solid var(--line); border-radius: 12px }
table { width: 100%; border-collapse: collapse; font-size: 13px; word-break: normal; overflow-wrap: normal; white-space: nowrap }
th, td { padding: 7px 12px; text-align: left; border-bottom: 1px solid var(--line); font-variant-numeric: tabular-nums }
th { position: sticky; top: 0; background: var(--card); color: var(--soft); font-weight: 500 } tr:last-child td { border-bottom: 0 } td.number, th.number { text-align: right }
td form { margin: 0 } td button { width: auto; min-height: 30px; padding: 2px 12px; font-size: 13px; border-radius: 8px }
code { font: 12px/1.4 ui-monospace, "DejaVu Sans Mono", monospace } .none { margin: 0; padding: 14px; color: var(--soft); font-size: 14px }
.said { padding: 10px 14px; border: 1px solid #c62828; border-radius: 10px; color: #c62828; font-size: 14px }
details { margin-top: 12px } summary { cursor: pointer; color: var(--soft); font-size: 14px } details textarea { margin-top: 8px; min-height: 90px; font: 13px/1.5 ui-monospace, "DejaVu Sans Mono", monospace }
nav { display: flex; flex-wrap: wrap; gap: 4px 16px; font-size: 14px }
@media (prefers-color-scheme: dark) { .bad dd, .bad, .said { color: #ff8a80 } .said { border-color: #ff8a80 } }
`;

/** Without a space more, or it would not be the style sheet that its hash names. */
const STYLE = raw(`<style>${CSS}</style>`);

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

interface Frame {
  readonly lang: 'ko' | 'en';
  readonly look: '' | 'wide';
}

const CUSTOMERS: Frame = { lang: 'ko', look: '' };
export const OPERATORS: Frame = { lang: 'en', look: 'wide' };

/** The frame of every page; what is put into it is escaped unless it is a `Page` itself. */
export const page = (title: string, content: Page, { lang, look }: Frame = CUSTOMERS): Page =>
  html`<!doctype html>
    <html lang="${lang}" class="${look}">
      <head>
        <meta charset="utf-8" />
        <meta name="viewport" content="width=device-width, initial-scale=1" />
        <title>${title} · Pillivery sandbox</title>
        ${STYLE}
      </head>
      <body>
        <main>
          <p class="banner">
            ${lang === 'ko' ? '모의 결제 · 실제로 결제되지 않습니다' : 'Sandbox · no money is moved'}
          </p>
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
      <p><a href="/sandbox">Control page</a>: what was executed, and what is to go wrong next.</p>
      <ul>
        <li>
          <a href="/sandbox/ledger">Ledger</a> (<a href="/sandbox/ledger.jsonl">JSON lines</a>,
          <a href="/sandbox/ledger/summary">summary</a>)
        </li>
        <li><a href="/sandbox/stats">Stats</a></li>
      </ul>`,
    { lang: 'en', look: '' },
  );
