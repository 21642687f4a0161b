import { fileURLToPath } from 'node:url';
import { runCommand } from '../../src/process/run-command.ts';

/** What fixtures/test-installer/build.sh makes; all paths are absolute and read-only by agreement. */
export type TestInstaller = {
  /** Boots by BIOS and UEFI. */
  readonly iso: string;
  /** With `initrd` for direct kernel boot; that initrd needs no CD. */
  readonly kernel: string;
  readonly initrd: string;
  /** An install tree with `.treeinfo`, the same kernel and initrd, and the ISO as images/boot.iso. */
  readonly tree: string;
};

const BUILD_SCRIPT = fileURLToPath(new URL('../../fixtures/test-installer/build.sh', import.meta.url));

let built: Promise<TestInstaller> | undefined;

/** Builds the test installer, or finds the unchanged one in the cache (KILN_TEST_CACHE); once per process. */
export function buildTestInstaller(): Promise<TestInstaller> {
  built ??= build();
  return built;
}

async function build(): Promise<TestInstaller> {
  const cache = process.env.KILN_TEST_CACHE;
  const { stdout } = await runCommand('sh', [BUILD_SCRIPT], {
    timeoutMs: 280_000,
    ...(cache === undefined ? {} : { env: { KILN_TEST_CACHE: cache } }),
  });
  const paths = new Map(stdout.split('\n').map((line) => line.split('=', 2) as [string, string | undefined]));
  const path = (name: string): string => {
    const value = paths.get(name);
    if (value === undefined) throw new Error(`${BUILD_SCRIPT} printed no ${name}:\n${stdout}`);
    return value;
  };
  return { iso: path('iso'), kernel: path('kernel'), initrd: path('initrd'), tree: path('tree') };
}
