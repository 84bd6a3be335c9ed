import { Hono } from 'hono';
import { z } from 'zod';
import { Conflict, NotFound } from '../../platform/errors.ts';
import { Witness } from '../faults/effects.ts';
import { customerOf, keptCustomer } from '../kakaopay/customers.ts';
import { Script, type DeclineScript } from '../kakaopay/decline-script.ts';
import { inactivate } from '../kakaopay/mandate-calls.ts';
import { findMandate, lastApprovedAt } from '../kakaopay/mandates.ts';
import type { KakaoPay, Mandate } from '../kakaopay/state.ts';
import { METHODS } from '../kakaopay/wire.ts';
import { readForm } from './body.ts';
import type { ControlRoom } from './room.ts';

const won = z.int().min(0).max(Number.MAX_SAFE_INTEGER);

export const MandateChange = z
  .strictObject({
    inactive: z.literal(true).optional(),
    ceiling: won.nullable().optional(),
    declineNext: Script.nullable().optional(),
    lastApprovedAt: Witness.nullable().optional(),
  })
  .refine(isSomething, { error: 'nothing to change: give inactive, ceiling, declineNext or lastApprovedAt' });
export type MandateChange = z.infer<typeof MandateChange>;

export const CustomerChange = z
  .strictObject({
    balance: won.nullable().optional(),
    locked: z.boolean().optional(),
    method: z.enum(METHODS).nullable().optional(),
    declineNext: Script.nullable().optional(),
  })
  .refine(isSomething, { error: 'nothing to change: give balance, locked, method or declineNext' });
export type CustomerChange = z.infer<typeof CustomerChange>;

/** Mandates and customers: what they are, and how they are to behave. */
export function peopleRoutes({ desk: { kakaopay } }: ControlRoom): Hono {
  const routes = new Hono();
  routes.get('/mandates', (c) => c.json({ mandates: [...kakaopay.mandates.values()].map(mandateBody) }));
  routes.get('/mandates/:sid', (c) => c.json(mandateBody(getMandate(kakaopay, c.req.param('sid')))));
  routes.patch('/mandates/:sid', async (c) => {
    const mandate = getMandate(kakaopay, c.req.param('sid'));
    changeMandate(kakaopay, mandate, await readForm(c, MandateChange));
    return c.json(mandateBody(mandate));
  });
  routes.get('/customers/:customer', (c) => c.json(customerBody(kakaopay, c.req.param('customer'))));
  routes.patch('/customers/:customer', async (c) => {
    changeCustomer(kakaopay, c.req.param('customer'), await readForm(c, CustomerChange));
    return c.json(customerBody(kakaopay, c.req.param('customer')));
  });
  return routes;
}

function isSomething(change: object): boolean {
  return Object.keys(change).length > 0;
}

/** By its SID, or by the hash that the ledger shows. */
export function getMandate(kakaopay: KakaoPay, sid: string): Mandate {
  const mandate = kakaopay.mandates.get(sid) ?? findMandate(kakaopay, sid);
  if (!mandate) throw new NotFound('MANDATE_NOT_FOUND', 'No mandate was issued with this sid.');
  return mandate;
}

/** A customer's deactivation in KakaoPay's app is a movement like the merchant's own. */
export function changeMandate(kakaopay: KakaoPay, mandate: Mandate, change: MandateChange): void {
  const now = kakaopay.clock.now();
  const { inactive, ceiling, declineNext, lastApprovedAt: told } = change;
  if (inactive && mandate.inactivatedAt) throw new Conflict('MANDATE_STATE', 'This mandate is inactive already.');
  if (inactive) inactivate(kakaopay, mandate, { at: now, call: BY_HAND });
  if (ceiling !== undefined) mandate.ceiling = ceiling;
  if (declineNext !== undefined) mandate.script = declineNext;
  if (told !== undefined) mandate.witness = told && { told, setAt: now };
}

const BY_HAND = { requestId: 'control', answered: 'sent', fault: undefined, effect: undefined } as const;

export function changeCustomer(kakaopay: KakaoPay, ref: string, change: CustomerChange): void {
  const customer = keptCustomer(kakaopay, ref);
  const { balance, locked, method, declineNext } = change;
  if (balance !== undefined) customer.balance = balance;
  if (locked !== undefined) customer.locked = locked;
  if (method !== undefined) customer.method = method;
  if (declineNext !== undefined) customer.script = declineNext;
}

function mandateBody(mandate: Mandate) {
  const { hash, customer, method, charges, amount, ceiling, inactivatedAt, script, witness } = mandate;
  return {
    mandateHash: hash,
    customer,
    method,
    status: inactivatedAt ? 'INACTIVE' : 'ACTIVE',
    inactivatedAt,
    charges,
    amount,
    lastApprovedAt: lastApprovedAt(mandate) ?? null,
    witness: witness?.told ?? null,
    ceiling,
    declineNext: left(script),
  };
}

function customerBody(kakaopay: KakaoPay, ref: string) {
  const { balance, locked, method, script } = customerOf(kakaopay, ref);
  return { customer: ref, balance, locked, method, declineNext: left(script) };
}

const left = (script: DeclineScript | null) => (script && script.times > 0 ? script : null);
