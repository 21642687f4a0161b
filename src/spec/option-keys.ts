import type { BuildOverrides } from './build-overrides.ts';
import { OVERRIDES } from './check-names.ts';
import type { KeyPath } from './key-places.ts';
import type { ProblemList } from './problem-list.ts';
import type { Settings } from './settings.ts';

/** Which options, and which keys of a program's overrides, a setting is made of. */
const SOURCES: Partial<Readonly<Record<keyof Settings, readonly string[]>>> = {
  os: ['--os', 'overrides.os'],
  memory: ['--memory', 'overrides.memory'],
  disk: ['--disk', '--bus', 'overrides.disk', 'overrides.bus'],
  media: [
    ...['--cdrom', '--location', '--import', '--media-checksum'],
    ...['overrides.cdrom', 'overrides.location', 'overrides.import', 'overrides.checksum'],
  ],
  loader: ['overrides.ipxe'],
  script: ['--script', '--inject', 'overrides.script', 'overrides.inject'],
  extraArgs: ['--extra-args', 'overrides.extraArgs'],
  firmware: ['--firmware', 'overrides.firmware'],
  machine: ['--machine', 'overrides.machine'],
  network: ['--network', 'overrides.network'],
  outputs: ['--format', 'overrides.outputs'],
  rootPassword: [
    ...['--root-password-file', '--root-password-env'],
    ...['overrides.rootPasswordFile', 'overrides.rootPasswordEnv'],
  ],
  limits: ['--timeout', '--stall', 'overrides.timeout', 'overrides.stall'],
};

/** The settings whose options have a problem of their own. */
export function faultyOptions(list: ProblemList): readonly string[] {
  return Object.entries(SOURCES).flatMap(([key, sources]) =>
    sources.some((source) => list.has(source)) ? [key] : [],
  );
}

/** The option that a key of a template goes by, as it was given. */
export function optionFor(path: KeyPath, given: BuildOverrides): string | undefined {
  const key = path.join('.');
  if (path[0] === 'variables') return `--var ${String(path[1])}`;
  if (key === 'disk.bus' && given.bus !== undefined) return '--bus';
  if (key === 'media')
    return given.cdrom !== undefined ? '--cdrom' : given.import === undefined ? '--location' : '--import';
  return OPTIONS[key];
}

const OPTIONS: Readonly<Record<string, string>> = {
  cpu: '--cpu',
  'cpu.model': '--cpu',
  machine: '--machine',
  memory: '--memory',
  'disk.size': '--disk',
  'disk.bus': '--disk',
  network: '--network',
  'limits.stall': '--stall',
  outputs: '--format',
  script: '--script',
  'root-password': '--root-password-file, --root-password-env',
  'root-password.file': '--root-password-file',
  'root-password.env': '--root-password-env',
  'script.path': '--script',
  'extra-args': '--extra-args',
};

/** Options that are not called as their override is. */
const OTHER_NAMES: Partial<Readonly<Record<keyof BuildOverrides, string>>> = {
  checksum: '--media-checksum',
  outputs: '--format',
  variables: '--var',
};

/** For a program's problems, which are about overrides and not about options. */
export const OVERRIDES_SPELLED: Readonly<Record<string, string>> = {
  ...Object.fromEntries(
    Object.keys(OVERRIDES).map((key) => [
      OTHER_NAMES[key as keyof BuildOverrides] ??
        `--${key.replace(/[A-Z]/g, (letter) => `-${letter.toLowerCase()}`)}`,
      `overrides.${key}`,
    ]),
  ),
  '--root-password-file, --root-password-env': 'overrides.rootPasswordFile, overrides.rootPasswordEnv',
};
