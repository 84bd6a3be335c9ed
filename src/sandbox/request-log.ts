import type { Op } from './facts.ts';

/** One call of a provider as it came and went, without secrets, SIDs and tokens. */
export interface LoggedRequest {
  /** By the machine's clock. */
  at: string;
  path: string;
  op?: Op | undefined;
  requestId?: string | undefined;
  /** The fields that are safe to show. */
  fields: ShownFields;
  faultId?: string | undefined;
  /** What was sent; absent when nothing was. */
  status?: number | undefined;
  code?: number | undefined;
  tookMs: number;
}

export interface RequestLog {
  add(entry: LoggedRequest): void;
  /** Newest first. */
  list(): LoggedRequest[];
  clear(): void;
}

const KEPT = 1_000;

export function newRequestLog(): RequestLog {
  const kept: LoggedRequest[] = [];
  let next = 0;
  return {
    add(entry) {
      kept[next] = entry;
      next = (next + 1) % KEPT;
    },
    list: () => [...kept.slice(next), ...kept.slice(0, next)].toReversed(),
    clear() {
      kept.length = 0;
      next = 0;
    },
  };
}

/** Everything else might be a secret, or lead to one: return addresses carry tokens, unknown fields anything. */
const SHOWN = [
  'cid',
  'tid',
  'partner_order_id',
  'partner_user_id',
  'item_name',
  'quantity',
  'total_amount',
  'tax_free_amount',
  'cancel_amount',
  'cancel_tax_free_amount',
  'cancel_available_amount',
  'payment_method_type',
];

export type ShownFields = Record<string, string | number>;

export function shownFields(body: unknown): ShownFields {
  const fields = Object(body) as Record<string, unknown>;
  const shown: ShownFields = {};
  for (const name of SHOWN) {
    const value = fields[name];
    if (typeof value === 'string' || typeof value === 'number') shown[name] = value;
  }
  return shown;
}
