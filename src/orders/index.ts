export { ReceiverBody, toReceiver } from './body.ts';
export { orderNumber } from './number.ts';
export { failOrder, lockOrder, orderSettlement, payOrder } from './settlement.ts';
