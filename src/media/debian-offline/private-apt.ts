import { join } from 'node:path';
import type { Logger } from '../../foundation/logger.ts';
import { makeFolder } from '../../foundation/make-folder.ts';
import { writeFile } from '../../foundation/write-file.ts';
import { type CommandResult, runCommand } from '../../process/run-command.ts';
import type { DebianMirror } from './debian-mirror.ts';

/** What every command of one assembly gets. */
export type AptContext = { readonly logger?: Logger; readonly signal?: AbortSignal };

/** What apt is to know, and where it keeps the lists: those who share them see the same state of the archive. */
export type AptSource = {
  readonly mirror: DebianMirror;
  /** A name the archive has for the suite. */
  readonly suite: string;
  readonly components: readonly string[];
  readonly lists: string;
};

/** Runs a program of apt in `cwd`, which is the folder of this apt unless said otherwise. */
export type RunApt = (tool: string, args: readonly string[], cwd?: string) => Promise<CommandResult>;

/** Apt on one source, in folders of its own: no root, and the system's apt is not touched. */
export async function privateApt(folder: string, source: AptSource, context: AptContext): Promise<RunApt> {
  const { mirror, suite, components, lists } = source;
  await makeFolder(join(lists, 'partial'));
  await makeFolder(join(archivesOf(folder), 'partial'));
  const config = join(folder, 'apt.conf');
  await writeFile(
    join(folder, 'sources.list'),
    `deb [signed-by=${mirror.keyring}] ${mirror.baseUri} ${suite} ${components.join(' ')}\n`,
    { mode: 0o600 },
  );
  await writeFile(config, aptConfiguration(folder, lists, await transportSettings(context)), { mode: 0o600 });
  return (tool, args, cwd = folder) =>
    runCommand(tool, args, {
      ...context,
      cwd,
      env: { APT_CONFIG: config, DEBIAN_FRONTEND: 'noninteractive' },
    });
}

/** Where a private apt leaves the packages it downloads to install them. */
export const archivesOf = (folder: string): string => join(folder, 'cache', 'archives');

/**
 * The system's apt.conf.d is left out (images of containers delete downloads from there), apart from how to reach
 * mirrors. Files named by APT_CONFIG are read first, so they can turn the others off (apt.conf(5)).
 */
function aptConfiguration(folder: string, lists: string, transport: string): string {
  const settings: Readonly<Record<string, string>> = {
    'Dir::Etc::main': '/dev/null',
    'Dir::Etc::parts': '/dev/null',
    'Dir::Etc::sourcelist': join(folder, 'sources.list'),
    'Dir::Etc::sourceparts': '/dev/null',
    'Dir::Etc::preferences': '/dev/null',
    'Dir::Etc::preferencesparts': '/dev/null',
    'Dir::State': join(folder, 'state'),
    'Dir::State::lists': lists,
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
