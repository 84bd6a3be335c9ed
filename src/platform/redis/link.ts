import type { Redis } from 'ioredis';
import type { Clock } from '../clock.ts';
import type { Log } from '../log.ts';
import type { Metrics } from '../metrics.ts';
import { openListening, type Listening } from './listening.ts';

type Argument = string | number;

/** Sends one command and gives its reply as Redis typed it. */
type Send = (command: string, ...args: Argument[]) => Promise<unknown>;

/** A connection to Redis that may go away at any time and comes back by itself. Nobody waits for it. */
export interface RedisLink extends Listening {
  /** Goes before every key and channel, so that several shops can share a server. */
  readonly prefix: string;
  isUp(): boolean;
  /** `RedisAway` at once while the server is away, and when it does not answer in time. */
  send: Send;
  /** Runs `work` each time the server answers again, before anybody else may use it. */
  onReturn(work: (send: Send) => Promise<void>): void;
  close(): Promise<void>;
}

interface RedisOptions {
  url: string;
  prefix: string;
  clock: Clock;
  log: Log;
  metrics: Metrics;
}

/** Redis did not do what it was asked, or nobody knows whether it did. */
class RedisAway extends Error {
  constructor(cause?: unknown) {
    super('Redis is away.', { cause });
    this.name = 'RedisAway';
  }
}

/** Longer than any answer of a healthy server, shorter than a visitor's patience: it delays one request per outage. */
const COMMAND_TIMEOUT_MS = 500;
const CONNECT_TIMEOUT_MS = 1_000;
/** How long opening waits for a server; one that is away then is awaited in the background. */
const OPEN_WITHIN_MS = 1_000;
/** Between two tries to get back; soon, because every try costs one packet. */
const RETRY_MS = 250;

const AWAY = 'Redis does not answer; this process goes on by itself';

/** Connects; the client library is loaded only here, for most commands and small shops have no Redis. */
export async function connectRedis(options: RedisOptions): Promise<RedisLink> {
  const { Redis } = await import('ioredis');
  const client = new Redis(options.url, {
    commandTimeout: COMMAND_TIMEOUT_MS,
    connectTimeout: CONNECT_TIMEOUT_MS,
    retryStrategy: () => RETRY_MS,
    // A command is for now: what cannot be sent now is done without Redis, never later behind the caller's back.
    enableOfflineQueue: false,
    autoResendUnfulfilledCommands: false,
    maxRetriesPerRequest: 0,
    enableReadyCheck: false,
  });
  const standing = openStanding(client, options);
  const listening = openListening(client.duplicate({ autoResubscribe: false }), options);
  const timed = timeCommands(options);
  await standing.firstTry;
  if (!standing.isUp()) options.log.warn({}, AWAY);
  return {
    ...listening,
    prefix: options.prefix,
    isUp: standing.isUp,
    onReturn: standing.onReturn,
    async send(command, ...args) {
      if (!standing.isUp()) throw new RedisAway();
      try {
        return await timed(command, () => client.call(command, ...args));
      } catch (cause) {
        standing.goAway(cause);
        throw new RedisAway(cause);
      }
    },
    async close() {
      standing.end();
      listening.close();
      client.disconnect();
    },
  };
}

function timeCommands({ metrics, clock }: RedisOptions) {
  const seconds = metrics.histogram('pillivery_redis_command_seconds', 'time of a command to Redis', ['command']);
  return async function timed<T>(command: string, work: () => Promise<T>): Promise<T> {
    const started = clock.monotonicMs();
    try {
      return await work();
    } finally {
      seconds.observe({ command }, (clock.monotonicMs() - started) / 1_000);
    }
  };
}

/**
 * Up means that a write was answered since the last failure. A server that hangs, is full or read-only is as good as
 * none, so any failed command ends it; a written probe begins it again.
 */
function openStanding(client: Redis, { prefix, log, metrics }: RedisOptions) {
  const returns: ((send: Send) => Promise<void>)[] = [];
  let state: 'up' | 'away' | 'ended' = 'away';
  let retry: NodeJS.Timeout | undefined;
  const firstTry = Promise.withResolvers<void>();
  setTimeout(firstTry.resolve, OPEN_WITHIN_MS).unref();
  metrics.gauge('pillivery_redis_up', 'whether Redis answers', []).watch({}, () => Number(state === 'up'));

  const goAway = (err: unknown): void => {
    if (state !== 'up') return;
    state = 'away';
    log.warn({ err }, AWAY);
    client.disconnect(true);
  };

  const comeBack = async (): Promise<void> => {
    try {
      await client.set(`${prefix}probe`, '1', 'PX', 1_000);
      for (const work of returns) await work((command, ...args) => client.call(command, ...args));
      if (state === 'ended') return;
      state = 'up';
      log.info({}, 'Redis answers');
    } catch (err) {
      log.debug({ err }, 'Redis does not take a write yet');
      clearTimeout(retry);
      if (client.status === 'ready') retry = setTimeout(() => void comeBack(), RETRY_MS).unref();
    }
    firstTry.resolve();
  };

  client.on('ready', () => void comeBack());
  client.on('close', () => goAway(new Error('the connection was closed')));
  // Without a listener an error would end the process. The first failure is told by goAway, the others repeat it.
  client.on('error', (err) => {
    log.debug({ err }, 'no connection to Redis');
    firstTry.resolve();
  });
  return {
    firstTry: firstTry.promise,
    isUp: () => state === 'up',
    goAway,
    onReturn: (work: (send: Send) => Promise<void>) => void returns.push(work),
    end: () => {
      state = 'ended';
      clearTimeout(retry);
      firstTry.resolve();
    },
  };
}
