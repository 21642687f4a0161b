import { readdir, readFile } from 'node:fs/promises';
import { join } from 'node:path';
import type { Logger } from '../../foundation/logger.ts';
import { makeFolder } from '../../foundation/make-folder.ts';
import { writeFile } from '../../foundation/write-file.ts';
import { runCommand } from '../../process/run-command.ts';
import { type ControlStanza, parseControlFile } from './control-file.ts';
import type { DebianMirror } from './debian-mirror.ts';

/** What every command of one assembly gets. */
export type AptContext = { readonly logger?: Logger; readonly signal?: AbortSignal };

/** Apt working on one suite and component, in folders of its own: no root, and the system's apt is not touched. */
export type AptView = {
  /** Fetches the signed indexes. */
  update(): Promise<void>;
  /** When the suite's index was made. */
  indexDate(): Promise<Date>;
  /** The component's packages. */
  packages(): Promise<readonly ControlStanza[]>;
  /** Names of what would be installed into an empty system, dependencies included. */
  resolve(names: readonly string[]): Promise<string[]>;
  /** Downloads these packages and their dependencies into the archives folder, checked against the signed index. */
  fetchWithDependencies(names: readonly string[]): Promise<void>;
  /** Downloads exactly these packages into `folder`, checked against the signed index. */
  fetch(names: readonly string[], folder: string): Promise<void>;
  /** Downloads one file, by its name in the index, with its checksum. */
  fetchFile(stanza: ControlStanza, path: string): Promise<void>;
  /** Where `fetchWithDependencies` leaves the packages. */
  readonly archives: string;
};

export async function openAptView(
  folder: string,
  mirror: DebianMirror,
  suite: string,
  component: string,
  context: AptContext,
): Promise<AptView> {
  const archives = join(folder, 'cache', 'archives');
  await makeFolder(join(folder, 'state', 'lists', 'partial'));
  await makeFolder(join(archives, 'partial'));
  const config = join(folder, 'apt.conf');
  await writeFile(
    join(folder, 'sources.list'),
    `deb [signed-by=${mirror.keyring}] ${mirror.baseUri} ${suite} ${component}\n`,
    { mode: 0o600 },
  );
  await writeFile(config, aptConfiguration(folder, await transportSettings(context)), { mode: 0o600 });
  const run = (tool: string, args: readonly string[], cwd = folder): Promise<{ stdout: string }> =>
    runCommand(tool, args, {
      ...context,
      cwd,
      env: { APT_CONFIG: config, DEBIAN_FRONTEND: 'noninteractive' },
    });
  const install = ['-y', '--no-install-recommends'];
  const readPackages = async (): Promise<readonly ControlStanza[]> => {
    const targets = await run('apt-get', ['indextargets', '--format', '$(FILENAME)', 'Created-By: Packages']);
    const [index = ''] = targets.stdout.split('\n');
    return parseControlFile((await run('/usr/lib/apt/apt-helper', ['cat-file', index])).stdout);
  };
  // The index has 60 000 paragraphs: parsing it again for every package would take longer than all else.
  let packages: Promise<readonly ControlStanza[]> | undefined;
  return {
    archives,
    update: async () => {
      packages = undefined;
      await run('apt-get', ['update', '--error-on=any']);
    },
    indexDate: async () => releaseDate(join(folder, 'state', 'lists')),
    packages: () => {
      packages ??= readPackages();
      return packages;
    },
    resolve: async (names) => {
      const { stdout } = await run('apt-get', [...install, '--simulate', 'install', ...names]);
      return [...stdout.matchAll(/^Inst (\S+) \(/gm)].map((match) => match[1] ?? '');
    },
    fetchWithDependencies: async (names) => {
      await run('apt-get', [...install, '--download-only', 'install', ...names]);
    },
    fetch: async (names, target) => {
      await makeFolder(target);
      await run('apt-get', ['download', ...names], target);
    },
    fetchFile: async (stanza, path) => {
      const url = new URL(stanza.field('Filename') ?? '', mirror.baseUri).href;
      await run('/usr/lib/apt/apt-helper', [
        'download-file',
        url,
        path,
        `SHA256:${stanza.field('SHA256') ?? ''}`,
      ]);
    },
  };
}

/** `Date` of the Release file that apt has verified and stored (unsigned copies never get there). */
async function releaseDate(lists: string): Promise<Date> {
  const name = (await readdir(lists)).find((file) => /_(In)?Release$/.test(file));
  const text = name === undefined ? '' : await readFile(join(lists, name), 'utf8');
  const date = new Date(/^Date: (.+)$/m.exec(text)?.[1] ?? '');
  if (Number.isNaN(date.getTime())) throw new RangeError(`no Release file with a date in ${lists}`);
  return date;
}

/**
 * The system's apt.conf.d is left out (images of containers delete downloads from there), apart from how to reach
 * mirrors. Files named by APT_CONFIG are read first, so they can turn the others off (apt.conf(5)).
 */
function aptConfiguration(folder: string, transport: string): string {
  const settings: Readonly<Record<string, string>> = {
    'Dir::Etc::main': '/dev/null',
    'Dir::Etc::parts': '/dev/null',
    'Dir::Etc::sourcelist': join(folder, 'sources.list'),
    'Dir::Etc::sourceparts': '/dev/null',
    'Dir::Etc::preferences': '/dev/null',
    'Dir::Etc::preferencesparts': '/dev/null',
    'Dir::State': join(folder, 'state'),
    'Dir::State::status': '/dev/null',
    'Dir::Cache': join(folder, 'cache'),
    'Debug::NoLocking': 'true',
    'APT::Sandbox::User': 'root',
    'APT::Architecture': 'amd64',
    'APT::Architectures': 'amd64',
    'Acquire::Languages': 'none',
    quiet: '2',
  };
  const lines = Object.entries(settings).map(([name, value]) => `${name} "${value}";`);
  return `${lines.join('\n')}\n${transport}\n`;
}

/** Proxies, retries and clock tolerance of the system's apt. */
async function transportSettings(context: AptContext): Promise<string> {
  const { stdout } = await runCommand('apt-config', ['dump', '--no-empty'], context);
  const wanted = /^Acquire::(https?|ftp|Retries|ForceIPv[46]|Check-Valid-Until|Check-Date|Max-FutureTime)\b/;
  return stdout
    .split('\n')
    .filter((line) => wanted.test(line))
    .join('\n');
}
