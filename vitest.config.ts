import { defineConfig } from 'vitest/config';

/** `npm run check:long` plays the same tests at full size (a million rows, a thousand rounds): hours, not minutes. */
const long = process.env.PILLIVERY_TEST_SIZE === 'long';

/** What needs a real server or a browser; the rest runs on SQLite in this process or in a child of it. */
const NEEDS_SERVERS = ['contract', 'e2e', 'crash', 'browser', 'ops'].map((folder) => `test/${folder}/**/*.test.ts`);

const SECOND = 1000;
const MINUTE = 60 * SECOND;
const HOUR = 60 * MINUTE;

export default defineConfig({
  test: {
    pool: 'forks',
    // The machine that checks has two cores, and servers started by tests need theirs too.
    maxWorkers: 2,
    // What libraries print of themselves is told for tests that fail.
    silent: 'passed-only',
    globalSetup: 'test/support/global-setup.ts',
    projects: [
      {
        extends: true,
        test: {
          name: 'unit',
          include: ['test/**/*.test.ts'],
          exclude: NEEDS_SERVERS,
          testTimeout: long ? HOUR : 15 * SECOND,
          hookTimeout: long ? 10 * MINUTE : 15 * SECOND,
        },
      },
      {
        extends: true,
        test: {
          name: 'servers',
          include: NEEDS_SERVERS,
          testTimeout: long ? 6 * HOUR : 2 * MINUTE,
          hookTimeout: long ? 10 * MINUTE : MINUTE,
        },
      },
    ],
  },
});
