import { availableParallelism } from 'node:os';
import { defineConfig } from 'vitest/config';
import { BaseSequencer, type TestSpecification } from 'vitest/node';

/**
 * In CI a test with real processes or guests may try again once: other work on the machine can make it miss a deadline. Vitest names such
 * tests in its report.
 */
const retry = process.env.CI === 'true' ? 1 : 0;

/** Files that replace modules (`vi.mock`): they need modules of their own, so each is run by itself. */
const MOCKED = 'test/contract/**/*.mocked.test.ts';

/** Begun last, one of these would run alone for ten minutes and more while the second worker has nothing left to do. */
const LONGEST = ['debian-13-jeos', 'apt-mirror', 'ipxe-debian-13', 'debian-13', 'broken-debian'].map(
  (name) => `e2e/${name}`,
);

class LongestFirst extends BaseSequencer {
  override async sort(files: TestSpecification[]): Promise<TestSpecification[]> {
    const sorted = await super.sort(files);
    const first = LONGEST.flatMap((name) => sorted.filter((file) => isNamed(file, name)));
    return [...first, ...sorted.filter((file) => !first.includes(file))];
  }
}

function isNamed({ moduleId }: TestSpecification, name: string): boolean {
  return moduleId.endsWith(`/${name}.test.ts`);
}

/**
 * One project per kind of test (docs/architecture.md, "Tests"). Only `integration` and `e2e` start real guests. On two cores
 * three files run at a time: an emulated guest keeps little more than one core busy, and most tests mostly wait. Files of unit and contract
 * tests share Kiln's modules and nothing else, since loading these anew for each of 350 files takes longer than the unit tests.
 */
export default defineConfig({
  test: {
    sequence: { sequencer: LongestFirst },
    globalSetup: ['test/support/compiled-folder.ts'],
    maxWorkers: Math.max(3, availableParallelism() - 1),
    projects: [
      { test: { name: 'unit', isolate: false, include: ['test/unit/**/*.test.ts'] } },
      {
        test: {
          name: 'contract',
          retry,
          isolate: false,
          include: ['test/contract/**/*.test.ts'],
          exclude: [MOCKED],
          testTimeout: 60_000,
          hookTimeout: 120_000,
        },
      },
      { test: { name: 'contract-mocked', include: [MOCKED], testTimeout: 60_000 } },
      {
        test: {
          name: 'integration',
          retry,
          include: ['test/integration/**/*.test.ts'],
          testTimeout: 240_000,
          hookTimeout: 300_000,
          // Tests that say they are concurrent: enough to use the time in which guests only wait.
          maxConcurrency: 3,
        },
      },
      {
        test: {
          name: 'e2e',
          retry,
          include: ['test/e2e/**/*.test.ts'],
          testTimeout: 3_000_000,
          hookTimeout: 600_000,
          // Guests that one file has at once.
          maxConcurrency: 2,
        },
      },
    ],
  },
});
