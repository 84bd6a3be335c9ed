import { randomBase32 } from '../ids.ts';
import type { RedisLink } from '../redis/index.ts';

/** Short messages between the processes of one shop. At most once: who needs every one also asks the database. */
export interface Bus {
  /** Tells every subscriber of every process, this one's too. Never throws, never waits for them. */
  publish(channel: string, message: string): Promise<void>;
  /** Hears a channel until the answer is called. `onGap` runs each time messages may have been missed. */
  subscribe(channel: string, onMessage: (message: string) => void, onGap?: () => void): Promise<() => void>;
}

interface Subscriber {
  onMessage: (message: string) => void;
  onGap: () => void;
}

/** Messages within this process. */
export function localBus(): Bus & { missed(channel?: string): void } {
  const subscribers = new Map<string, Set<Subscriber>>();
  const of = (channel: string): Subscriber[] => [...(subscribers.get(channel) ?? [])];
  return {
    async publish(channel, message) {
      for (const { onMessage } of of(channel)) queueMicrotask(() => onMessage(message));
    },
    async subscribe(channel, onMessage, onGap = () => {}) {
      const subscriber = { onMessage, onGap };
      const all = subscribers.get(channel) ?? new Set();
      subscribers.set(channel, all.add(subscriber));
      return () => void all.delete(subscriber);
    },
    /** Tells the subscribers of a channel, or all, that messages may be missing. */
    missed(channel) {
      for (const name of channel === undefined ? subscribers.keys() : [channel]) {
        for (const { onGap } of of(name)) queueMicrotask(onGap);
      }
    },
  };
}

/** What stands before a message on the wire: who sent it, and whether it is one or tells of some that were lost. */
const WIRE = /^(?<sender>\w+) (?<kind>say|gap) (?<message>[^]*)$/;

/**
 * Messages between processes. Those of this process always reach its own subscribers, at once; the others hear them
 * through Redis, or after its return that they may have missed some.
 */
export function sharedBus(link: RedisLink, own: ReturnType<typeof localBus>): Bus {
  const sender = randomBase32(12);
  const listened = new Set<string>();
  const unsent = new Set<string>();

  const hear = (channel: string, text: string): void => {
    const parts = WIRE.exec(text)?.groups;
    if (!parts || parts['sender'] === sender) return;
    if (parts['kind'] === 'gap') own.missed(channel);
    else void own.publish(channel, parts['message'] ?? '');
  };
  link.onGap(() => own.missed());
  link.onReturn(async (send) => {
    for (const channel of unsent) await send('PUBLISH', link.prefix + channel, `${sender} gap `);
    unsent.clear();
  });
  return {
    async publish(channel, message) {
      await own.publish(channel, message);
      await link.send('PUBLISH', link.prefix + channel, `${sender} say ${message}`).catch(() => unsent.add(channel));
    },
    async subscribe(channel, onMessage, onGap) {
      const unsubscribe = await own.subscribe(channel, onMessage, onGap);
      if (!listened.has(channel)) {
        listened.add(channel);
        await link.listen(channel, (text) => hear(channel, text));
      }
      return unsubscribe;
    },
  };
}
