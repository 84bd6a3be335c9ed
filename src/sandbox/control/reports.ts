import { Hono } from 'hono';
import { InvalidInput } from '../../platform/errors.ts';
import { auditLedger } from '../audit.ts';
import type { LedgerLine } from '../ledger-line.ts';
import type { ControlRoom } from './room.ts';

/** The truth: the ledger, what came in, and how much of it. */
export function reportRoutes({ desk }: ControlRoom): Hono {
  const { kakaopay, stats, log } = desk;
  const { ledger } = kakaopay;
  const routes = new Hono();
  const since = (given: string | undefined) => linesSince(ledger.lines(), given);

  routes.get('/ledger', (c) => c.json({ lines: since(c.req.query('since')) }));
  routes.get('/ledger.jsonl', (c) => {
    const text = since(c.req.query('since')).map((line) => `${JSON.stringify(line)}\n`);
    return c.body(text.join(''), 200, { 'Content-Type': 'application/x-ndjson; charset=utf-8' });
  });
  routes.get('/ledger.csv', (c) => {
    const text = [COLUMNS, ...since(c.req.query('since')).map((line) => COLUMNS.map((column) => line[column]))];
    return c.body(text.map(csvLine).join(''), 200, { 'Content-Type': 'text/csv; charset=utf-8' });
  });
  routes.get('/ledger/summary', (c) => c.json(auditLedger(since(c.req.query('since'))).summary));
  routes.get('/stats', (c) => c.json({ ...stats.report(), executed: ledger.executed() }));
  routes.get('/requests', (c) => c.json({ requests: log.list() }));
  return routes;
}

const COLUMNS = [
  'seq',
  'at',
  'atVirtual',
  'provider',
  'op',
  'ref',
  'orderRef',
  'mandateHash',
  'customer',
  'amount',
  'answered',
  'faultId',
  'requestId',
] as const satisfies readonly (keyof LedgerLine)[];

type Cell = string | number | null | undefined;

const csvLine = (values: readonly Cell[]): string => `${values.map(csvCell).join(',')}\r\n`;

/** Quoted where it must be; a text that a spreadsheet would take for a formula is made a text. */
function csvCell(value: Cell): string {
  if (value === null || value === undefined) return '';
  const text = typeof value === 'string' && /^[=+\-@\t\r]/.test(value) ? `'${value}` : String(value);
  return /[",\r\n]/.test(text) ? `"${text.replaceAll('"', '""')}"` : text;
}

/** Lines after a number, or from a moment of the sandbox's clock on. */
function linesSince(lines: readonly LedgerLine[], since: string | undefined): readonly LedgerLine[] {
  if (since === undefined || since === '') return lines;
  if (/^\d+$/.test(since)) return lines.filter(({ seq }) => seq > Number(since));
  const moment = new Date(since);
  if (Number.isNaN(moment.getTime())) {
    throw new InvalidInput('INVALID_INPUT', 'since must be the number of a line, or a moment');
  }
  return lines.filter(({ atVirtual }) => new Date(atVirtual) >= moment);
}
