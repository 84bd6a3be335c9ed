import { html } from 'hono/html';
import type { Page } from '../pages.ts';

const NUMBERS: readonly string[] = ['#', 'Amount', 'Charges', 'ms'];

/** Rows under headings; a table without rows says so. */
export function table(headings: readonly string[], rows: readonly (readonly (Page | string)[])[]): Page {
  if (rows.length === 0) return html`<p class="none">Nothing yet.</p>`;
  const look = headings.map((heading) => (NUMBERS.includes(heading) ? 'number' : ''));
  return html`<div class="scroll">
    <table>
      <thead>
        <tr>
          ${headings.map((heading, at) => html`<th scope="col" class="${look[at]}">${heading}</th>`)}
        </tr>
      </thead>
      <tbody>
        ${rows.map(
          (cells) =>
            html`<tr>
              ${cells.map((cell, at) => html`<td class="${look[at]}">${cell}</td>`)}
            </tr>`,
        )}
      </tbody>
    </table>
  </div>`;
}
