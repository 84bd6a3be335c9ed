import { html } from 'hono/html';
import { auditLedger } from '../audit.ts';
import { OPS } from '../facts.ts';
import type { FaultReport } from '../faults/control.ts';
import { isBlackout } from '../kakaopay/guards.ts';
import { lastApprovedAt } from '../kakaopay/mandates.ts';
import type { Mandate } from '../kakaopay/state.ts';
import { seoulTime } from '../kakaopay/times.ts';
import type { LedgerLine } from '../ledger.ts';
import { OPERATORS, page, type Page } from '../pages.ts';
import type { LoggedRequest } from '../request-log.ts';
import { FREQUENCIES, PRESETS } from './presets.ts';
import type { ControlRoom } from './room.ts';
import { table } from './table.ts';

/** As much as a person looks at; the links below lead to all of it. */
const SHOWN = 50;

/** What was executed, what goes wrong, what time it is; with `said`, what was wrong with the last wish. */
export function controlPage(room: ControlRoom, said = ''): Page {
  const { kakaopay, log } = room.desk;
  const newest = kakaopay.ledger.lines().slice(-SHOWN).toReversed();
  const mandates = [...kakaopay.mandates.values()].slice(-SHOWN).toReversed();
  return page(
    'Control',
    html`<h1>Pillivery payment sandbox</h1>
      ${links()} ${said && html`<p class="said" role="alert">${said}</p>`} ${counters(room)}
      <h2>Next fault</h2>
      ${faultForm()}
      <h2>Active faults</h2>
      ${faults(room.faults.list())}
      <h2>Clock</h2>
      ${clock(room)}
      <h2>Ledger <small>newest first</small></h2>
      ${ledger(newest)}
      <h2>Mandates <small>newest first</small></h2>
      ${mandateTable(mandates)}
      <h2>Calls <small>newest first</small></h2>
      ${calls(log.list().slice(0, SHOWN))}`,
    OPERATORS,
  );
}

const links = (): Page =>
  html`<nav>
    <a href="/sandbox">Reload</a><a href="/sandbox/ledger.jsonl">Ledger (JSON lines)</a
    ><a href="/sandbox/ledger.csv">Ledger (CSV)</a><a href="/sandbox/ledger/summary">Summary</a
    ><a href="/sandbox/requests">Calls</a><a href="/sandbox/stats">Stats</a><a href="/sandbox/faults">Faults</a>
  </nav>`;

function counters({ desk: { kakaopay, stats } }: ControlRoom): Page {
  const { charges, chargedAmount, refunds, refundedAmount, doubles } = auditLedger(kakaopay.ledger.lines()).summary;
  const { arrivals, inFlight, strictRejections } = stats.report();
  return html`<dl class="tiles">
    ${tile('Charges', number(charges))} ${tile('Charged', won(chargedAmount))} ${tile('Refunds', number(refunds))}
    ${tile('Refunded', won(refundedAmount))} ${tile('Charged twice', number(doubles.length), doubles.length > 0)}
    ${tile('Calls', number(arrivals))} ${tile('In flight', number(inFlight))}
    ${tile('Strictly refused', number(strictRejections), strictRejections > 0)}
  </dl>`;
}

const tile = (name: string, value: string, isBad = false): Page =>
  html`<div class="${isBad ? 'bad' : ''}">
    <dt>${name}</dt>
    <dd>${value}</dd>
  </div>`;

const faultForm = (): Page =>
  html`<form method="post" action="/sandbox/do/fault" class="fields">
      ${field('Call', 'op', select('op', [['', 'any call'], ...OPS.map((op) => [op, op] as const)]))}
      ${field('What happens', 'effect', select('effect', labels(PRESETS)))}
      ${field('Detail', 'detail', input('detail', '5s, LACK_BALANCE, -751 …'))}
      ${field('How often', 'often', select('often', labels(FREQUENCIES)))}
      ${field('Customer', 'customer', input('customer', 'anybody'))}
      <button class="first" type="submit">Set this fault</button>
    </form>
    <details>
      <summary>A rule as JSON</summary>
      <form method="post" action="/sandbox/do/rule">
        <textarea name="rule" aria-label="Rule" spellcheck="false">
{ "match": { "op": "subscription", "every": 20 }, "effect": { "kind": "commit_drop", "at": "in_body" } }</textarea>
        <button type="submit">Set this rule</button>
      </form>
    </details>`;

const labels = (named: Readonly<Record<string, { label: string }>>) =>
  Object.entries(named).map(([name, { label }]) => [name, label] as const);

const field = (label: string, name: string, control: Page): Page =>
  html`<div class="${name === 'effect' ? 'long' : ''}"><label for="${name}">${label}</label>${control}</div>`;

const input = (name: string, hint: string): Page => html`<input id="${name}" name="${name}" placeholder="${hint}" />`;

const select = (name: string, options: readonly (readonly [string, string])[]): Page =>
  html`<select id="${name}" name="${name}">
    ${options.map(([value, label]) => html`<option value="${value}">${label}</option>`)}
  </select>`;

function faults(rules: readonly FaultReport[]): Page {
  if (rules.length === 0) return html`<p class="none">Nothing goes wrong on purpose.</p>`;
  const rows = rules.map(({ id, match, effect, times, fired }) => [
    html`<code>${id}</code>`,
    html`<code>${JSON.stringify(match)}</code>`,
    html`<code>${JSON.stringify(effect)}</code>`,
    times === undefined ? number(fired) : `${number(fired)} of ${number(times)}`,
    button('/sandbox/do/remove', 'Remove', { id }),
  ]);
  return html`${table(['Id', 'Meets', 'Does', 'Has met', ''], rows)}
    <div class="row">${button('/sandbox/do/clear', 'Remove all', {})}</div>`;
}

const button = (action: string, label: string, values: Record<string, string>): Page =>
  html`<form method="post" action="${action}">
    ${Object.entries(values).map(([name, value]) => html`<input type="hidden" name="${name}" value="${value}" />`)}
    <button type="submit">${label}</button>
  </form>`;

function clock({ clock: { now, moveTo } }: ControlRoom): Page {
  const moment = now();
  const time = html`<p>
    ${seoulTime(moment).replace('T', ' ')} in Seoul${isBlackout(moment) ? ', banks asleep' : ''}
  </p>`;
  if (!moveTo)
    return html`${time}
      <p class="soft">The real clock; start with <code>--clock virtual</code> to move it.</p>`;
  return html`${time}
    <div class="row">
      ${ADVANCES.map(([advance, label]) => button('/sandbox/do/clock', label, { advance }))}
      <form method="post" action="/sandbox/do/clock" class="line">
        <input
          name="set"
          aria-label="Moment in Seoul"
          type="datetime-local"
          value="${seoulTime(moment).slice(0, 16)}"
        />
        <button type="submit">Set</button>
      </form>
    </div>`;
}

const ADVANCES = [
  ['1m', '+1 minute'],
  ['1h', '+1 hour'],
  ['1d', '+1 day'],
  ['30d', '+30 days'],
] as const;

function ledger(lines: readonly LedgerLine[]): Page {
  const rows = lines.map(({ seq, atVirtual, op, amount, orderRef, customer, ref, answered, faultId }) => [
    number(seq),
    seoulTime(new Date(atVirtual)).replace('T', ' '),
    op,
    won(amount),
    orderRef,
    customer,
    html`<code>${ref.slice(0, 20)}</code>`,
    answered,
    faultId ?? '',
  ]);
  return table(['#', 'Seoul', 'Movement', 'Amount', 'Order', 'Customer', 'Reference', 'Answer', 'Fault'], rows);
}

function mandateTable(mandates: readonly Mandate[]): Page {
  const rows = mandates.map((mandate) => {
    const last = lastApprovedAt(mandate);
    return [
      html`<code>${mandate.hash.slice(0, 12)}</code>`,
      mandate.customer ?? '',
      mandate.method,
      mandate.inactivatedAt ? 'INACTIVE' : 'ACTIVE',
      number(mandate.charges),
      won(mandate.amount),
      last ? seoulTime(last).replace('T', ' ') : '',
      mandate.inactivatedAt ? '' : button('/sandbox/do/revoke', 'End it as the customer', { mandate: mandate.hash }),
    ];
  });
  return table(['SHA-256', 'Customer', 'Method', 'Status', 'Charges', 'Amount', 'Last approval', ''], rows);
}

function calls(requests: readonly LoggedRequest[]): Page {
  const rows = requests.map(({ at, op, path, status, code, faultId, tookMs, fields, requestId }) => [
    at.slice(11, 23),
    op ?? path,
    `${fields['partner_order_id'] ?? fields['tid'] ?? ''}`,
    status === undefined ? 'none' : String(status),
    code === undefined ? '' : String(code),
    faultId ?? '',
    number(tookMs),
    html`<code>${requestId ?? ''}</code>`,
  ]);
  return table(['UTC', 'Call', 'About', 'Answer', 'Code', 'Fault', 'ms', 'Request id'], rows);
}

const number = (value: number): string => value.toLocaleString('en-US');
const won = (amount: number): string => `₩${number(amount)}`;
