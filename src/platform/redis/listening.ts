import type { Redis } from 'ioredis';
import type { Log } from '../log.ts';

export interface Listening {
  /** Hears what any process publishes on a channel; resolves when the server has taken it, or soon while it is away. */
  listen(channel: string, onMessage: (message: string) => void): Promise<void>;
  /** Runs `work` each time messages may have been missed. */
  onGap(work: () => void): void;
}

/** A connection that only listens says nothing for hours; this finds out within seconds that it is dead. */
const HEARTBEAT_MS = 2_000;
/** How long a subscription is waited for. A server that is away gets it when it returns. */
const SUBSCRIBE_WITHIN_MS = 1_000;

/** The second connection: one that has subscribed is kept apart from the one for commands. */
export function openListening(client: Redis, { prefix, log }: { prefix: string; log: Log }) {
  const listeners = new Map<string, (message: string) => void>();
  const gaps: (() => void)[] = [];
  let missed = false;

  const subscribe = async (channels: string[]): Promise<void> => {
    if (channels.length === 0 || client.status !== 'ready') return;
    try {
      await client.subscribe(...channels);
    } catch (err) {
      log.debug({ err }, 'Redis took no subscription');
      client.disconnect(true);
    }
  };
  const comeBack = async (): Promise<void> => {
    await subscribe([...listeners.keys()]);
    if (missed) for (const work of gaps) work();
    missed = false;
  };

  client.on('message', (channel: string, message: string) => listeners.get(channel)?.(message));
  client.on('close', () => (missed = true));
  client.on('error', (err) => log.debug({ err }, 'no connection to Redis for listening'));
  client.on('ready', () => void comeBack());
  const heartbeat = setInterval(() => {
    if (client.status === 'ready') client.ping().catch(() => client.disconnect(true));
  }, HEARTBEAT_MS).unref();

  return {
    async listen(channel: string, onMessage: (message: string) => void): Promise<void> {
      listeners.set(prefix + channel, onMessage);
      const tooLate = new Promise<void>((resolve) => setTimeout(resolve, SUBSCRIBE_WITHIN_MS).unref());
      await Promise.race([subscribe([prefix + channel]), tooLate]);
    },
    onGap: (work: () => void) => void gaps.push(work),
    close(): void {
      clearInterval(heartbeat);
      client.disconnect();
    },
  };
}
