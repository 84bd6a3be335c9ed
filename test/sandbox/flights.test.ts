import { expect, it } from 'vitest';
import { newFlights } from '../../src/sandbox/kakaopay/flights.ts';

const charge = { op: 'subscription', customer: 'cu_1' };

it('lets one charge of a customer fly at a time', () => {
  const flights = newFlights();
  const first = flights.depart(charge);
  expect(first.refusal).toBeUndefined();
  expect(flights.depart(charge).refusal).toMatchObject({ body: { error_code: -782 } });
  first.land();
  expect(flights.depart(charge).refusal).toBeUndefined();
});

it('keeps the place of a later flight when an earlier one lands again', () => {
  const flights = newFlights();
  const first = flights.depart(charge);
  first.land();
  flights.depart(charge);
  first.land();
  expect(flights.depart(charge).refusal).toBeDefined();
});

it('gives no place up when a refused call ends', () => {
  const flights = newFlights();
  flights.depart(charge);
  flights.depart(charge).land();
  expect(flights.depart(charge).refusal).toBeDefined();
});

it('keeps refunds of a customer apart from their charges, and those of one tid from each other', () => {
  const flights = newFlights();
  flights.depart(charge);
  const refund = { op: 'cancel', customer: 'cu_1', tid: 'T1' };
  expect(flights.depart(refund).refusal).toBeUndefined();
  expect(flights.depart(refund).refusal).toMatchObject({ body: { error_code: -785 } });
});
