import { afterAll, afterEach, beforeAll, beforeEach } from 'vitest';
import { type BuildSandbox, buildSandbox, processesNaming } from './build-sandbox.ts';
import { type CompiledCli, compileCli } from './compiled-cli.ts';
import { type StartedKiln, startKiln } from './started-kiln.ts';
import { buildTestInstaller, type TestInstaller } from './test-installer.ts';

/** The program as a child process, building with the test installer. */
export type CliBuilds = {
  /** Of the test that runs now. */
  readonly sandbox: BuildSandbox;
  /** Medium of the test installer. */
  readonly iso: string;
  /** The folder of build records. */
  readonly state: string;
  kiln(...args: readonly string[]): StartedKiln;
  /** Has a terminal of its own, as `kiln builds console` needs one. */
  kilnOnTerminal(...args: readonly string[]): StartedKiln;
  /** The QEMU processes of this sandbox, one line each. */
  guests(): string[];
};

/** The first words of every such build; without `--no-boot-check`. */
export const buildWords = (iso: string): readonly string[] => ['build', 'kiln-test', '--location', iso];

/** The test installer's own first phase, or a later one, in what `--json` prints: the guest really runs. */
export const GUEST_SPEAKS = /"stage":"install","detail"/;

/** Called at the head of a file of tests: installer and program are made once for all of them, a sandbox for each. */
export function cliBuilds(): CliBuilds {
  let installer: TestInstaller;
  let program: CompiledCli;
  let sandbox: BuildSandbox;
  beforeAll(async () => {
    installer = await buildTestInstaller();
    program = await compileCli();
  });
  afterAll(() => program.remove());
  beforeEach(() => {
    sandbox = buildSandbox();
  });
  afterEach(() => sandbox.remove());
  return {
    get sandbox() {
      return sandbox;
    },
    get iso() {
      return installer.iso;
    },
    get state() {
      return sandbox.context.places.state;
    },
    kiln: (...args) => startKiln(program.main, sandbox, args),
    kilnOnTerminal: (...args) =>
      startKiln(program.main, sandbox, args, (command) => [
        ...['script', '-qec', command.join(' '), '/dev/null'],
      ]),
    guests: () => processesNaming(sandbox.folder).filter((line) => line.includes('qemu-system')),
  };
}
