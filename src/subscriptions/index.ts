export { subscriptionSettlement } from './settlement.ts';
