import { describe, expect, it } from 'vitest';
import { raiseCatalogVersion, readCatalogVersion } from '../../../src/catalog/version.ts';
import { bundle } from '../../support/bundle.ts';
import { ENGINES } from '../../support/databases.ts';

describe.each(ENGINES)('the version of the catalogue on %s', (engine) => {
  it('counts every change, also of twenty at once on a database that never had one', async () => {
    const { app } = await bundle({ engine });
    const { database } = app;
    expect(await readCatalogVersion(database, database.tables)).toBe(0);
    const changes = Array.from({ length: 20 }, () =>
      database.transaction((tx) => raiseCatalogVersion(tx, database.tables)),
    );
    expect((await Promise.all(changes)).toSorted((one, other) => one - other)).toEqual(
      changes.map((_, index) => index + 1),
    );
    expect(await readCatalogVersion(database, database.tables)).toBe(20);
  });

  it('stays where it was when the change is taken back', async () => {
    const { app } = await bundle({ engine });
    const { database } = app;
    const failing = database.transaction(async (tx) => {
      await raiseCatalogVersion(tx, database.tables);
      throw new Error('taken back');
    });
    await expect(failing).rejects.toThrow('taken back');
    expect(await readCatalogVersion(database, database.tables)).toBe(0);
  });
});
