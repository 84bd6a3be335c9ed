import { Agent, fetch } from 'undici';
import { describe, expect, it } from 'vitest';
import { selfTest } from '../../src/platform/http/index.ts';

const openAgent = (options: Agent.Options) => new Agent(options);
const ownFetch = fetch as unknown as typeof globalThis.fetch;

describe('the self-test of the transport', () => {
  it('passes with what is installed', async () => {
    await expect(selfTest()).resolves.toBeUndefined();
  });

  it("fails when Node's own fetch is given our dispatcher: it sends and never delivers the answer", async () => {
    await expect(selfTest({ fetch: globalThis.fetch, openAgent })).rejects.toMatchObject({
      code: 'TRANSPORT_BROKEN',
      kind: 'misconfigured',
      facts: { answer: 'no_answer' },
    });
  });

  it('fails when calls never end, whatever their signal says', async () => {
    await expect(selfTest({ fetch: () => new Promise(() => {}), openAgent })).rejects.toMatchObject({
      code: 'TRANSPORT_BROKEN',
    });
  });

  it('fails when answers come by a way that cannot tell whether a request was written', async () => {
    const around = (input: Parameters<typeof ownFetch>[0], init?: RequestInit) =>
      ownFetch(input, { ...init, dispatcher: undefined } as RequestInit);
    await expect(selfTest({ fetch: around, openAgent })).rejects.toMatchObject({
      code: 'TRANSPORT_BROKEN',
      facts: { answer: 'answered', watched: false },
    });
  });
});
