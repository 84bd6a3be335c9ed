import { describe, expect, it, vi } from 'vitest';
import { changeCatalog, openCatalog } from '../../../src/catalog/index.ts';
import { bundle } from '../../support/bundle.ts';
import { freshPrefix, openedStores, redisOfThisFile, STORE_FORMS } from '../../support/stores.ts';

describe.each(STORE_FORMS)('a change of the catalogue, told through %s stores', (form) => {
  const redis = redisOfThisFile();

  /** Two processes' worth of stores; in-process ones are one process's, so both share them. */
  async function twoStores() {
    if (form === 'in-process') {
      const stores = await openedStores('', '');
      return [stores, stores] as const;
    }
    const prefix = freshPrefix();
    return [await openedStores(redis().url, prefix), await openedStores(redis().url, prefix)] as const;
  }

  it('is known to whoever listens before they poll', async () => {
    const { app } = await bundle();
    const [ours, theirs] = await twoStores();
    const teller = openCatalog({ ...app, stores: ours });
    const hearer = openCatalog({ ...app, stores: theirs });
    await hearer.version.poll();
    const unsubscribe = await hearer.listen();
    await changeCatalog({ ...app, catalog: teller }, async () => {});
    await vi.waitFor(() => expect(hearer.version.current()).toBe(1));
    unsubscribe();
  });

  it('is not known when the message is no version', async () => {
    const { app } = await bundle();
    const [ours, theirs] = await twoStores();
    const hearer = openCatalog({ ...app, stores: theirs });
    await hearer.version.poll();
    await hearer.listen();
    for (const message of ['', 'null', '{"scope":"items"}', '{"scope":"other","version":9}'])
      await ours.bus.publish('catalog', message);
    await ours.bus.publish('catalog', '{"scope":"items","version":3,"more":true}');
    await vi.waitFor(() => expect(hearer.version.current()).toBe(3));
  });
});
