import { resolve } from 'node:path';
import { MEDIA_KINDS, type MediaSource } from '../media/install-media.ts';
import { buildTargetReader } from '../publish/read-target.ts';
import { readName } from './build-name.ts';
import type { BuildOverrides } from './build-overrides.ts';
import { FIRMWARES } from './build-spec.ts';
import { wellFormedOverrides } from './check-names.ts';
import { readCpu } from './cpu-word.ts';
import { readDisk, readOutput } from './disk-word.ts';
import { readExtraArgs } from './extra-args.ts';
import { mediaOf } from './media-word.ts';
import { readOs } from './os-word.ts';
import { ProblemList } from './problem-list.ts';
import type { ScriptSettings, Settings } from './settings.ts';
import { readAssignment, readEnvironmentName } from './variable-words.ts';
import * as words from './words.ts';

export type OverrideSettings = { readonly settings: Settings; readonly list: ProblemList };

/** The options as settings, problems under the option's name. Relative paths are seen from `cwd`. */
export function overrideSettings(asGiven: BuildOverrides, cwd: string): OverrideSettings {
  const list = new ProblemList(asGiven.spelling ?? {});
  const given = wellFormedOverrides(asGiven, list);
  const oneOf = <T extends string>(option: string, value: string | undefined, all: readonly T[]) =>
    list.read(option, value, (text) => words.readOneOf(text, all));
  const each = <T>(
    option: string,
    all: readonly string[] | undefined,
    reader: (word: string, index: number) => T,
  ) =>
    all?.flatMap((word, index): T[] => {
      const value = list.read(option, word, (text) => reader(text, index));
      return value === undefined ? [] : [value];
    });
  const bus = list.read('--bus', given.bus, (text) => readDisk(`bus=${text}`));
  const disk = list.read('--disk', given.disk, readDisk);
  const settings: Settings = {
    name: list.read('--name', given.name, readName),
    os: list.read('--os', given.os, readOs),
    memory: list.read('--memory', given.memory, (text) => words.readSize(text, 'MiB')),
    vcpus: list.read('--vcpus', given.vcpus, words.readVcpus),
    cpu: list.read('--cpu', given.cpu, readCpu),
    disk: bus || disk ? { ...disk, ...bus } : undefined,
    media: readMedia(given, cwd, list),
    loader: given.ipxe ? 'ipxe' : undefined,
    script: readScriptOption(given, cwd, list),
    extraArgs: list.read('--extra-args', given.extraArgs, readExtraArgs),
    firmware: oneOf('--firmware', given.firmware, FIRMWARES),
    machine: oneOf('--machine', given.machine, words.MACHINES),
    accelerator: oneOf('--accelerator', given.accelerator, words.ACCELERATORS),
    network: oneOf('--network', given.network, words.NETWORKS),
    outputs: each('--format', given.outputs, readOutput),
    publish: each('--publish', given.publish, buildTargetReader(given.publish ?? [])),
    rootPassword: readPassword(given, cwd, list),
    variables: given.variables && Object.fromEntries(each('--var', given.variables, readAssignment) ?? []),
    watch: given.syslog === undefined ? undefined : { syslog: given.syslog },
    bootCheck: readBootCheck(given, list),
    limits: readLimits(given, list),
  };
  return { settings, list };
}

function readMedia(
  given: BuildOverrides,
  cwd: string,
  list: ProblemList,
): readonly MediaSource[] | undefined {
  const [kind, another] = MEDIA_KINDS.filter((candidate) => given[candidate] !== undefined);
  const pin = list.read('--media-checksum', given.checksum, words.readChecksum);
  if (kind === undefined) {
    const problem = 'needs the media it is about; name them with --cdrom, --location or --import';
    if (given.checksum !== undefined) list.add('--media-checksum', problem);
    return undefined;
  }
  if (another !== undefined) list.add(`--${another}`, `does not go together with --${kind}; choose one`);
  const media = list.read(`--${kind}`, given[kind], (text) => mediaOf(kind, text, cwd));
  return media && [{ ...media, ...(pin ? { pin } : {}) }];
}

function readScriptOption(given: BuildOverrides, cwd: string, list: ProblemList): ScriptSettings | undefined {
  if (given.script === undefined && given.inject === undefined) return undefined;
  const path = list.read('--script', given.script, (text) => resolve(cwd, words.readLine(text)));
  const inject = list.read('--inject', given.inject, (text) =>
    words.readOneOf(text, words.INJECTION_METHODS),
  );
  return { path, inject };
}

function readPassword(given: BuildOverrides, cwd: string, list: ProblemList): Settings['rootPassword'] {
  const { rootPasswordFile, rootPasswordEnv } = given;
  const file = list.read('--root-password-file', rootPasswordFile, (text) =>
    resolve(cwd, words.readLine(text)),
  );
  const env = list.read('--root-password-env', rootPasswordEnv, readEnvironmentName);
  if (rootPasswordFile !== undefined && rootPasswordEnv !== undefined)
    list.add('--root-password-env', 'does not go together with --root-password-file; choose one');
  if (file !== undefined) return { file };
  return env === undefined ? undefined : { env };
}

function readBootCheck(given: BuildOverrides, list: ProblemList): Settings['bootCheck'] {
  const pattern = list.read('--boot-check-pattern', given.bootCheckPattern, words.readPattern);
  const limit = list.read('--boot-check-limit', given.bootCheckLimit, words.readDuration);
  if (given.noBootCheck) {
    if (limit !== undefined)
      list.add('--boot-check-limit', 'does not go together with --no-boot-check; choose one');
    return { enabled: false };
  }
  if (pattern === undefined && limit === undefined) return undefined;
  return { enabled: true, pattern, limit, ...(limit === undefined ? {} : { limitIsLiteral: true }) };
}

function readLimits(given: BuildOverrides, list: ProblemList): Settings['limits'] {
  const total = list.read('--timeout', given.timeout, words.readDuration);
  const stall = list.read('--stall', given.stall, words.readDuration);
  const literal = [
    ...(total === undefined ? [] : ['total' as const]),
    ...(stall === undefined ? [] : ['stall' as const]),
  ];
  return literal.length === 0 ? undefined : { total, stall, literal };
}
