import { defineConfig } from 'vitest/config';

/**
 * In CI a test with real processes or guests may try again once: other work on the machine can make it miss a deadline. Vitest names such
 * tests in its report.
 */
const retry = process.env.CI === 'true' ? 1 : 0;

/**
 * One project per kind of test (docs/architecture.md, "Tests"). Only `integration` and `e2e` start real guests; those
 * run one file at a time, since two emulated guests on two cores make each other miss their deadlines.
 */
export default defineConfig({
  test: {
    projects: [
      { test: { name: 'unit', include: ['test/unit/**/*.test.ts'] } },
      {
        test: {
          name: 'contract',
          retry,
          include: ['test/contract/**/*.test.ts'],
          testTimeout: 60_000,
          hookTimeout: 120_000,
        },
      },
      {
        test: {
          name: 'integration',
          retry,
          include: ['test/integration/**/*.test.ts'],
          testTimeout: 240_000,
          hookTimeout: 300_000,
          fileParallelism: false,
          // Tests that say they are concurrent: enough to use the time in which others only wait.
          maxConcurrency: 3,
        },
      },
      {
        test: {
          name: 'e2e',
          include: ['test/e2e/**/*.test.ts'],
          testTimeout: 3_000_000,
          hookTimeout: 600_000,
          fileParallelism: false,
        },
      },
    ],
  },
});
