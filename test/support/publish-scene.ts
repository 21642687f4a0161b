import { execFile } from 'node:child_process';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { runCli } from '../../src/cli/run-cli.ts';
import { recordingIo } from '../unit/cli/recording-io.ts';
import { type CompiledCli, compileCli, type Ended } from './compiled-cli.ts';
import { type Lab, type LabOptions, startLab, stopLab } from './openstack-lab/lab.js';

const run = promisify(execFile);

/** Running services, the compiled command line beside them, and the services' own clients to look from outside. */
export type PublishScene = {
  readonly folder: string;
  readonly lab: Lab;
  readonly cli: CompiledCli;
  /** The environment of every command below; `OS_CLOUD` is `lab`. */
  readonly env: Readonly<Record<string, string>>;
  /** The command line in this process, which saves its start; `cli.main` is there for tests that end it. */
  kiln(...args: readonly string[]): Promise<Ended>;
  kilnWith(env: Readonly<Record<string, string>>, ...args: readonly string[]): Promise<Ended>;
  /** `openstack …` as the given cloud's user, its answer as JSON. */
  openstack(cloud: string, ...args: readonly string[]): Promise<unknown>;
  /** Any of the services' clients, for what it does rather than says. */
  run(client: string, ...args: readonly string[]): Promise<void>;
  close(): Promise<void>;
};

export async function publishScene(options: Omit<LabOptions, 'folder'> = {}): Promise<PublishScene> {
  const folder = mkdtempSync(join(tmpdir(), 'kiln-publish-'));
  const labFolder = join(folder, 'lab');
  const [lab, cli] = await Promise.all([startLab({ ...options, folder: labFolder }), compileCli()]).catch(
    async (error: unknown) => {
      await stopLab(labFolder);
      throw error;
    },
  );
  const env = {
    PATH: process.env.PATH ?? '',
    HOME: cli.folder,
    NO_COLOR: '1',
    OS_CLIENT_CONFIG_FILE: lab.cloudsFile,
    OS_CLOUD: 'lab',
    KILN_STATE_DIR: join(folder, 'state'),
    KILN_RUNTIME_DIR: join(folder, 'run'),
  };
  const kilnWith: PublishScene['kilnWith'] = async (more, ...args) => {
    const io = recordingIo({ env: { ...env, ...more }, cwd: folder });
    const code = await runCli(args, io);
    await Promise.all([io.out.flush(), io.err.flush()]);
    return { code, stdout: io.stdout(), stderr: io.stderr() };
  };
  return {
    folder,
    lab,
    cli,
    env,
    kiln: (...args) => kilnWith({}, ...args),
    kilnWith,
    openstack: async (cloud, ...args) => {
      const { stdout } = await run(
        '/usr/bin/python3',
        ['/usr/bin/openstack', '--os-cloud', cloud, ...args, '-f', 'json'],
        {
          env: { ...env, PYTHONWARNINGS: 'ignore' },
          maxBuffer: 2 ** 26,
        },
      );
      return JSON.parse(stdout);
    },
    run: async (client, ...args) => {
      await run('/usr/bin/python3', [`/usr/bin/${client}`, ...args], {
        env: { ...env, PYTHONWARNINGS: 'ignore' },
      });
    },
    close: async () => {
      await lab.close();
      await cli.remove();
      rmSync(folder, { recursive: true, force: true });
    },
  };
}

/** The last line of `--json`. */
export function lastEvent({ stdout, stderr }: Ended): Readonly<Record<string, unknown>> {
  if (stdout === '') throw new Error(`nothing was printed; on standard error: ${stderr}`);
  return JSON.parse(stdout.trimEnd().split('\n').at(-1) ?? '') as Readonly<Record<string, unknown>>;
}
