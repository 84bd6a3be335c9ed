import { html, raw } from 'hono/html';
import {
  fieldsOf,
  groupsOf,
  typeOf,
  type Field,
  type Operation,
  type ReferenceDocument,
  type Schema,
} from './document.ts';
import { sourceHash } from '../source-hash.ts';

const STYLE = `
:root { color-scheme: light dark; --line: color-mix(in srgb, currentcolor 20%, transparent) }
body { font: 16px/1.5 system-ui, sans-serif; max-width: 60rem; margin: 0 auto; padding: 1rem }
nav { display: flex; flex-wrap: wrap; gap: .25rem 1rem; border-bottom: 1px solid var(--line); padding-bottom: .5rem }
details { border: 1px solid var(--line); border-radius: 6px; margin: .5rem 0; padding: .25rem .75rem }
summary { cursor: pointer; overflow-wrap: anywhere }
code, b.method { font-family: ui-monospace, monospace; font-size: .9em; overflow-wrap: anywhere }
b.method { display: inline-block; min-width: 4.5rem }
table { border-collapse: collapse; width: 100%; margin: .25rem 0 1rem }
th, td { text-align: left; vertical-align: top; padding: .2rem .6rem .2rem 0; border-top: 1px solid var(--line) }
small { opacity: .75 }
`;

/** Whole, for one blank more would change its hash. */
const STYLE_ELEMENT = raw(`<style>${STYLE}</style>`);

/** The page needs its own style and nothing else: no script, no picture, no other host. */
export const DOCS_POLICY = [
  "default-src 'none'",
  `style-src ${sourceHash(STYLE)}`,
  "frame-ancestors 'none'",
  "base-uri 'none'",
  "form-action 'none'",
].join('; ');

/** The reference of the API as one page of plain HTML, which reads the same in ten years. */
export function docsPage(document: ReferenceDocument) {
  const groups = [...groupsOf(document)];
  const schemas = Object.entries(document.components?.schemas ?? {});
  return html`<!doctype html>
    <html lang="en">
      <head>
        <meta charset="utf-8" />
        <meta name="viewport" content="width=device-width" />
        <title>${document.info.title} API</title>
        ${STYLE_ELEMENT}
      </head>
      <body>
        <h1>${document.info.title} API <small>${document.info.version}</small></h1>
        <p>${document.info.description} The same as data: <a href="/openapi.json">/openapi.json</a>.</p>
        <nav>
          ${groups.map(([name]) => html`<a href="#${name}">${name}</a>`)}
          <a href="#schemas">schemas</a>
        </nav>
        ${groups.map(
          ([name, routes]) =>
            html`<h2 id="${name}">${name}</h2>
              ${routes.map(routeSection)}`,
        )}
        <h2 id="schemas">schemas</h2>
        ${schemas.map(
          ([name, schema]) =>
            html`<details>
              <summary><code>${name}</code></summary>
              ${fieldTable(fieldsOf(schema))}
            </details>`,
        )}
      </body>
    </html>`;
}

function routeSection({ method, path, operation }: { method: string; path: string; operation: Operation }) {
  const bodies = Object.entries(operation.requestBody?.content ?? {});
  return html`<details>
    <summary><b class="method">${method}</b> <code>${path}</code> ${operation.summary}</summary>
    <p>${accessOf(operation)}</p>
    ${parameterTable(operation)}
    ${bodies.map(
      ([type, { schema }]) =>
        html`<h3>Body <small>${type}, ${typeOf(schema)}</small></h3>
          ${fieldTable(fieldsOf(schema))}`,
    )}
    ${answerTable(operation)}
  </details>`;
}

function accessOf({ security = [] }: Operation): string {
  if (security.length === 0) return 'For anyone.';
  const roles = security.flatMap((one) => Object.values(one).flat());
  return roles.length > 0 ? `With an access token of role ${roles.join(', ')}.` : 'With an access token.';
}

function parameterTable({ parameters = [] }: Operation) {
  const fields = parameters.map(({ name, in: place, required = false, schema }) => ({
    name: `${name} (${place})`,
    type: typeOf(schema),
    required,
  }));
  return fields.length > 0
    ? html`<h3>Parameters</h3>
        ${fieldTable(fields)}`
    : '';
}

const fieldTable = (fields: Field[]) =>
  html`<table>
    ${fields.map(
      ({ name, type, required }) =>
        html`<tr>
          <td><code>${name}</code>${required ? '' : html` <small>optional</small>`}</td>
          <td>${type}</td>
        </tr>`,
    )}
  </table>`;

function answerTable({ responses }: Operation) {
  return html`<h3>Answers</h3>
    <table>
      ${Object.entries(responses).map(
        ([status, { description, content = {} }]) =>
          html`<tr>
            <td><code>${status}</code></td>
            <td>
              ${description}
              ${Object.entries(content).map(
                ([type, { schema }]) => html`<br /><small>${type}: ${answerType(schema)}</small>`,
              )}
            </td>
          </tr>`,
      )}
    </table>`;
}

/** What is in `data`, since every good answer has one; a refusal is called by its own name. */
function answerType(schema: Schema | undefined): string {
  const data = schema?.properties?.['data'];
  return data ? `data is ${typeOf(data)}` : typeOf(schema);
}
