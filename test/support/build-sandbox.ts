import {
  existsSync,
  mkdirSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  rmSync,
  writeFileSync,
} from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import type { BuildContext, BuildRequest } from '../../src/build/build-context.ts';
import type { BuildEvent, BuildResult } from '../../src/build/build-events.ts';
import { build } from '../../src/build/run-build.ts';
import type { KilnError } from '../../src/foundation/errors.ts';
import type { BuildOverrides } from '../../src/spec/build-overrides.ts';

export const PROJECT_DIR = fileURLToPath(new URL('../..', import.meta.url)).replace(/\/$/, '');

/** Places, folder and helpers of one test's builds; everything under one temporary folder. */
export type BuildSandbox = {
  readonly folder: string;
  readonly context: BuildContext;
  readonly events: BuildEvent[];
  /** Writes an install script and returns its path. */
  script(text: string, name?: string): string;
  /** Builds with the test installer's template. */
  build(
    overrides: BuildOverrides,
    request?: Partial<BuildRequest>,
    context?: Partial<BuildContext>,
  ): Promise<BuildResult>;
  /** Builds, expecting a failure. */
  failure(
    overrides: BuildOverrides,
    request?: Partial<BuildRequest>,
    context?: Partial<BuildContext>,
  ): Promise<KilnError>;
  /** What the build left behind that it should not have: files in work folders, runtime folder, processes. */
  leftovers(): string[];
  remove(): void;
};

/** The accelerator probe takes seconds and its answer is the machine's, so all sandboxes share it. */
const sharedProbes = join(tmpdir(), `kiln-test-probes-${process.getuid?.() ?? 0}`);

export function buildSandbox(): BuildSandbox {
  const folder = mkdtempSync(join(tmpdir(), 'kt-'));
  const places = { cache: join(sharedProbes), state: join(folder, 'state'), runtime: join(folder, 'run') };
  mkdirSync(places.cache, { recursive: true });
  const events: BuildEvent[] = [];
  const context: BuildContext = {
    cwd: folder,
    env: {},
    places,
    projectDir: PROJECT_DIR,
    onEvent: (event) => events.push(event),
  };
  const run: BuildSandbox['build'] = (overrides, request, changes) =>
    build(
      { target: 'kiln-test', overrides: { noBootCheck: true, ...overrides }, ...request },
      { ...context, ...changes },
    );
  return {
    folder,
    context,
    events,
    script(text, name = 'script.ks') {
      const path = join(folder, name);
      writeFileSync(path, text);
      return path;
    },
    build: run,
    failure: (...request) =>
      run(...request).then(
        () => {
          throw new Error('the build succeeded');
        },
        (error: KilnError) => error,
      ),
    leftovers: () => [...workFolders(folder), ...contentOf(places.runtime), ...processesNaming(folder)],
    remove: () => rmSync(folder, { recursive: true, force: true }),
  };
}

function contentOf(folder: string): string[] {
  return existsSync(folder) ? readdirSync(folder).map((name) => join(folder, name)) : [];
}

function workFolders(folder: string): string[] {
  return readdirSync(folder, { recursive: true, encoding: 'utf8' }).filter((path) =>
    /\.kiln-work-[^/]*$/.test(path),
  );
}

/** Processes whose command line names the folder: guests, daemons, tools. */
export function processesNaming(folder: string): string[] {
  return readdirSync('/proc')
    .filter((name) => /^\d+$/.test(name) && Number(name) !== process.pid)
    .flatMap((pid) => {
      try {
        const words = readFileSync(`/proc/${pid}/cmdline`, 'utf8').replaceAll('\0', ' ');
        return words.includes(folder) ? [`process ${pid}: ${words}`] : [];
      } catch {
        return []; // it has ended meanwhile
      }
    });
}

/** A kickstart for the test installer that asks it to misbehave. */
export function faultyKickstart(fault: string): string {
  return `# test-installer: fault=${fault}
lang en_US.UTF-8
keyboard us
timezone UTC
rootpw --lock
network --bootproto=dhcp --hostname=faulty
clearpart --all --initlabel
autopart
poweroff
`;
}
