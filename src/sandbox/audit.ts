import type { LedgerLine } from './ledger-line.ts';

/** The money of one order reference, as the provider moved it. */
export interface OrderAudit {
  charges: number;
  charged: number;
  refunded: number;
  /** The tids of its charges, in the order they were executed. */
  refs: string[];
  customer: string;
}

/** What a ledger says, in the form that books are compared with. */
export interface Audit {
  /** By order reference. */
  orders: Map<string, OrderAudit>;
  /** Won given back, by tid. */
  refundedByRef: Map<string, number>;
  /** How often each tid was refunded. */
  refundsByRef: Map<string, number>;
  issuedMandates: Set<string>;
  deactivatedMandates: Set<string>;
  summary: LedgerSummary;
}

export interface LedgerSummary {
  charges: number;
  chargedAmount: number;
  refunds: number;
  refundedAmount: number;
  issues: number;
  deactivations: number;
  /** Orders charged more than once. */
  doubles: { orderRef: string; charges: number }[];
  /** Tids with more given back than was charged. */
  overRefunded: string[];
}

/** Adds a ledger up. Pure: give it `sandbox.ledger()`, or the lines of a file. */
export function auditLedger(lines: readonly LedgerLine[]): Audit {
  const audit: Omit<Audit, 'summary'> = {
    orders: new Map(),
    refundedByRef: new Map(),
    refundsByRef: new Map(),
    issuedMandates: new Set(),
    deactivatedMandates: new Set(),
  };
  const charged = new Map<string, number>();
  for (const line of lines) add(audit, charged, line);
  return { ...audit, summary: summaryOf(lines, audit, charged) };
}

function add(audit: Omit<Audit, 'summary'>, charged: Map<string, number>, line: LedgerLine): void {
  const { op, ref, amount, mandateHash } = line;
  if (op === 'issue' && mandateHash !== null) audit.issuedMandates.add(mandateHash);
  if (op === 'deactivate' && mandateHash !== null) audit.deactivatedMandates.add(mandateHash);
  if (op === 'charge') {
    const order = orderOf(audit, line);
    order.charges += 1;
    order.charged += amount;
    order.refs.push(ref);
    charged.set(ref, (charged.get(ref) ?? 0) + amount);
  }
  if (op === 'refund') {
    orderOf(audit, line).refunded += amount;
    audit.refundedByRef.set(ref, (audit.refundedByRef.get(ref) ?? 0) + amount);
    audit.refundsByRef.set(ref, (audit.refundsByRef.get(ref) ?? 0) + 1);
  }
}

function orderOf({ orders }: Pick<Audit, 'orders'>, { orderRef, customer }: LedgerLine): OrderAudit {
  const order = orders.get(orderRef) ?? { charges: 0, charged: 0, refunded: 0, refs: [], customer };
  orders.set(orderRef, order);
  return order;
}

function summaryOf(
  lines: readonly LedgerLine[],
  { orders, refundedByRef }: Omit<Audit, 'summary'>,
  charged: ReadonlyMap<string, number>,
): LedgerSummary {
  const count = (wanted: LedgerLine['op']) => lines.filter(({ op }) => op === wanted).length;
  const sum = (wanted: LedgerLine['op']) =>
    lines.reduce((total, { op, amount }) => (op === wanted ? total + amount : total), 0);
  return {
    charges: count('charge'),
    chargedAmount: sum('charge'),
    refunds: count('refund'),
    refundedAmount: sum('refund'),
    issues: count('issue'),
    deactivations: count('deactivate'),
    doubles: [...orders].flatMap(([orderRef, { charges }]) => (charges > 1 ? [{ orderRef, charges }] : [])),
    overRefunded: [...refundedByRef].flatMap(([ref, amount]) => (amount > (charged.get(ref) ?? 0) ? [ref] : [])),
  };
}
