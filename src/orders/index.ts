export { ReceiverBody, toReceiver } from './body.ts';
export { cancelUnpaidOrders } from './farewell.ts';
export { orderNumber } from './number.ts';
export { failOrder, lockOrder, orderSettlement, orderWants, payOrder, refundOrder } from './settlement.ts';
