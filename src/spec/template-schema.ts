import { resolve } from 'node:path';
import * as z from 'zod';
import { MEDIA_KINDS } from '../media/install-media.ts';
import { readBuildTarget, readBuildTargetMap } from '../publish/read-target.ts';
import { readName } from './build-name.ts';
import { DISK_BUSES, FIRMWARES, WATCH_PATTERN_KINDS } from './build-spec.ts';
import { readCpu, readFeature, readModel, refuseRepeated } from './cpu-word.ts';
import { readExtraArgs } from './extra-args.ts';
import { checkMedia, mediaOf, readFrom, readMirror } from './media-word.ts';
import { readOs } from './os-word.ts';
import type { Settings } from './settings.ts';
import { field, isWord, item, mapOr, oneOf, reading } from './template-field.ts';
import { readEnvironmentName, readMap, readVariableName, readVariableValue } from './variable-words.ts';
import * as words from './words.ts';

function mediaEntry(folder: string) {
  const fields = z.strictObject({
    cdrom: field(words.readLine),
    location: field(words.readLine),
    import: field(words.readLine),
    sha256: field((value) => words.readDigest(value, 'sha256')),
    sha512: field((value) => words.readDigest(value, 'sha512')),
    kernel: field(words.readLine),
    initrd: field(words.readLine),
    mirrors: z.array(item(readMirror)).min(1, 'is an empty list').optional(),
    checksums: field((value) => readFrom(value, folder)),
    signature: field((value) => readFrom(value, folder)),
    keyring: field((value) => resolve(folder, words.readLine(value))),
  });
  return fields.transform(
    reading(({ kernel, initrd, sha256, sha512, mirrors, checksums, signature, keyring, ...from }) => {
      const [kind, another] = MEDIA_KINDS.filter((candidate) => from[candidate] !== undefined);
      if (kind === undefined || another !== undefined)
        throw words.wrong('names exactly one of cdrom, location, import');
      const pin = sha512 ?? sha256;
      return checkMedia({
        ...mediaOf(kind, from[kind], folder),
        ...(kernel === undefined ? {} : { kernel }),
        ...(initrd === undefined ? {} : { initrd }),
        ...(pin === undefined ? {} : { pin }),
        ...(mirrors === undefined ? {} : { mirrors }),
        ...(checksums === undefined ? {} : { checksums }),
        ...(signature === undefined ? {} : { signature }),
        ...(keyring === undefined ? {} : { keyring }),
      });
    }),
  );
}

function scriptField(folder: string) {
  const path = (value: unknown): string => resolve(folder, words.readLine(value));
  const kind = oneOf(words.SCRIPT_KINDS);
  const fields = z.strictObject({ path: field(path), kind, inject: oneOf(words.INJECTION_METHODS) });
  return mapOr(fields, isWord, (value) => ({ path: path(value) }));
}

function passwordField(folder: string) {
  const file = field((value) => resolve(folder, words.readLine(value)));
  const fields = z.strictObject({ file, env: field(readEnvironmentName) }).transform(
    reading((ref) => {
      if (ref.file !== undefined && ref.env === undefined) return { file: ref.file };
      if (ref.env !== undefined && ref.file === undefined) return { env: ref.env };
      throw words.wrong('names exactly one of file, env');
    }),
  );
  return mapOr(
    fields,
    (value) => typeof value !== 'object',
    () => {
      throw words.wrong('a password never stands in a template; write {file: <path>} or {env: <VARIABLE>}');
    },
  );
}

const outputFields = z
  .strictObject({
    format: field(words.readFormat),
    compression: oneOf(words.COMPRESSIONS),
    kind: oneOf(words.IMAGE_KINDS),
    name: field(words.readFileName),
  })
  .transform(
    reading(({ format, compression, kind, name }) => {
      if (format === undefined) throw words.wrong('names no format; write for example {format: qcow2}');
      return words.checkOutput({
        format,
        ...words.imageKindOf(kind),
        ...(compression === undefined ? {} : { compression }),
        ...(name === undefined ? {} : { fileName: name }),
      });
    }),
  );

const outputField = mapOr(outputFields, isWord, (value) => ({ format: words.readFormat(value) }));

/** A word as `--publish` takes it, or a map. */
const publishField = mapOr(
  z.record(z.string(), z.unknown()).transform(reading(readBuildTargetMap)),
  isWord,
  (value) => readBuildTarget(words.readLine(value)),
);

const bootCheckField = mapOr(
  z.strictObject({
    enabled: field(words.readBoolean),
    pattern: field(words.readPattern),
    limit: field(words.readDuration),
  }),
  isWord,
  (value) => ({ enabled: words.readBoolean(value) }),
);

const cpuField = mapOr(
  z.strictObject({
    model: field(readModel),
    features: z.array(item(readFeature)).transform(reading(refuseRepeated)).optional(),
  }),
  isWord,
  readCpu,
);

/** Each name and each value that is wrong is a problem of its own, at its own place. */
const variablesField = field(readMap).pipe(
  z.record(z.string().transform(reading(readVariableName)), item(readVariableValue)).optional(),
);

const watchPatternFields = z
  .strictObject({
    match: field(words.readWatchPattern),
    kind: oneOf(WATCH_PATTERN_KINDS),
    meaning: field(words.readText),
    remedy: field(words.readText),
  })
  .transform(
    reading(({ match, kind = 'error', meaning, remedy }) => {
      if (match === undefined || meaning === undefined)
        throw words.wrong('needs match (a regular expression for a console line) and meaning');
      return { match, kind, meaning, ...(remedy === undefined ? {} : { remedy }) };
    }),
  );

const list = <S extends z.ZodType>(of: S) => z.array(of).min(1, 'is an empty list').optional();

/** The keys of a template. All are optional: `base`, defaults and options fill in the rest. */
export function templateSchema(folder: string) {
  return z.strictObject({
    base: field(words.readLine),
    name: field(readName),
    description: field(words.readText),
    os: field(readOs),
    firmware: oneOf(FIRMWARES),
    machine: oneOf(words.MACHINES),
    memory: field((value) => words.readSize(value, 'MiB')),
    vcpus: field(words.readVcpus),
    cpu: cpuField.optional(),
    accelerator: oneOf(words.ACCELERATORS),
    disk: mapOr(
      z.strictObject({ size: field((value) => words.readSize(value, 'GiB')), bus: oneOf(DISK_BUSES) }),
      isWord,
      (value) => ({ size: words.readSize(value, 'GiB') }),
    ).optional(),
    network: oneOf(words.NETWORKS),
    media: mapOr(
      z.array(mediaEntry(folder)).min(1, 'is an empty list'),
      (value) => value === 'ipxe',
      () => 'ipxe' as const,
    ).optional(),
    script: scriptField(folder).optional(),
    variables: variablesField,
    'root-password': passwordField(folder).optional(),
    'extra-args': field(readExtraArgs),
    outputs: list(outputField),
    publish: list(publishField),
    'boot-check': bootCheckField.optional(),
    limits: z.strictObject({ total: field(words.readDuration), stall: field(words.readDuration) }).optional(),
    watch: z
      .strictObject({ patterns: list(watchPatternFields), syslog: field(words.readBoolean) })
      .optional(),
  });
}

export type TemplateKeys = z.output<ReturnType<typeof templateSchema>>;

/** From the template's words to ours; `base` is not a setting. */
export function settingsOf(keys: TemplateKeys): Settings {
  const { base: _base, 'root-password': rootPassword, 'extra-args': extraArgs, ...same } = keys;
  const { 'boot-check': bootCheck, media, ...rest } = same;
  // `media: ipxe` keeps the media of the base and says how they are started.
  const source = media === 'ipxe' ? { loader: 'ipxe' as const } : { media };
  return { ...rest, ...source, rootPassword, extraArgs, bootCheck };
}
