export { readLines } from './read-lines.ts';
export { openCaller, type Answer, type HttpCaller, type PostOptions } from './caller.ts';
export { openGuard, type Guard, type GuardedCall, type GuardSettings, type GuardTools, type Refusal } from './guard.ts';
export { selfTest } from './self-test.ts';
export { openGuardedFetch, type GuardedFetch } from './guarded-fetch.ts';
