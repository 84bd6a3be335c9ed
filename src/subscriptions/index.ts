export { endSubscription } from './end.ts';
export { endAllSubscriptions } from './farewell.ts';
export { newMethodSettlement } from './new-method.ts';
export { subscriptionSettlement } from './settlement.ts';
export { resumeSubscriptions } from './resume.ts';
export { startNewMethod } from './start-new-method.ts';
