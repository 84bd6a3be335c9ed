export { connectRedis, type RedisLink } from './link.ts';
