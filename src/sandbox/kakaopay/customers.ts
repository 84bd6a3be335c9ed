import type { Customer, KakaoPay } from './state.ts';

const UNTOLD: Customer = { balance: null, locked: false, method: null, script: null };

/** A customer to read from: those nobody has told anything about are all alike. */
export const customerOf = ({ customers }: KakaoPay, ref: string): Readonly<Customer> => customers.get(ref) ?? UNTOLD;

/** A customer to change. */
export function keptCustomer({ customers }: KakaoPay, ref: string): Customer {
  const customer = customers.get(ref) ?? { ...UNTOLD };
  customers.set(ref, customer);
  return customer;
}

/** Moves money of an account that has a balance: negative takes it out. */
export function moveBalance({ customers }: KakaoPay, ref: string, amount: number): void {
  const customer = customers.get(ref);
  if (customer && customer.balance !== null) customer.balance += amount;
}
