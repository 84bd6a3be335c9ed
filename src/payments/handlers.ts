import type { Handlers } from '../outbox/index.ts';
import { deactivateMandate } from './mandates/deactivate.ts';
import { executeRefund } from './refunds/execute.ts';

/** The orders of the outbox that payments carry out. */
export const paymentHandlers = {
  'refund.execute': executeRefund,
  'mandate.deactivate': deactivateMandate,
} satisfies Handlers;
