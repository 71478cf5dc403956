import { availableParallelism } from 'node:os';
import { configDefaults, defineConfig } from 'vitest/config';
import { slownessForWorkers, timeLimit } from './test/support/timeLimit.js';

/** Where to write the results as JSON, for continuous integration. */
const report = process.env.INKGRAD_TEST_REPORT;

export default defineConfig(({ mode }) => {
  // `npm run test:long`. Each project evaluates this file again, in the mode `test`.
  if (mode === 'long') process.env.INKGRAD_LONG = '1';
  return {
    test: {
      env: {
        INKGRAD_OFFLINE: '1', // no test looks for EMNIST on the network
        INKGRAD_LONG: process.env.INKGRAD_LONG ?? '',
        ...slownessForWorkers(),
      },
      maxWorkers: availableParallelism(),
      isolate: false, // files share modules: loading them again for each takes a quarter of the time
      testTimeout: timeLimit(120_000),
      hookTimeout: timeLimit(240_000),
      reporters: [
        'default',
        './test/support/skippedGroups.ts',
        ...(report === undefined ? [] : ['json']),
      ],
      ...(report !== undefined && { outputFile: { json: report } }),
      projects: [
        {
          extends: true,
          test: {
            name: 'node',
            include: ['test/**/*.test.ts'],
            exclude: [...configDefaults.exclude, 'test/browser/**'],
          },
        },
        {
          // After the others: most tests control a browser, which takes the other core.
          extends: true,
          test: {
            name: 'browser',
            include: ['test/browser/**/*.test.ts'],
            globalSetup: 'test/browser/support/buildSite.ts',
            maxWorkers: Math.min(2, availableParallelism()),
            sequence: { groupOrder: 1 },
            testTimeout: timeLimit(240_000),
          },
        },
      ],
    },
  };
});
