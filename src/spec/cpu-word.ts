import type { BuildSpec } from './build-spec.ts';
import { readLine, wrong } from './words.ts';

export type CpuSettings = NonNullable<BuildSpec['cpu']>;

/** QEMU's words beside libvirt's. */
const MODEL_ALIASES: Readonly<Record<string, string>> = { max: 'maximum', host: 'host-passthrough' };

/** `-1` and `99999` are no names, though `3dnow` is one. */
const hasLetter = (name = ''): boolean => /[a-z]/i.test(name);

/** `+avx`, `-cx16`, QEMU's `cx16=off` and virt-install's `disable=cx16` → `-cx16`. */
export function readFeature(value: unknown): string {
  const text = readLine(value);
  const signed = /^([+-])([\w.-]+)$/.exec(text);
  if (signed && hasLetter(signed[2])) return text;
  const switched = /^([\w.-]+)=(on|off)$/.exec(text);
  if (switched && hasLetter(switched[1])) return `${switched[2] === 'on' ? '+' : '-'}${switched[1]}`;
  const policy = /^(require|disable)=([\w.-]+)$/.exec(text);
  if (policy && hasLetter(policy[2])) return `${policy[1] === 'require' ? '+' : '-'}${policy[2]}`;
  throw wrong(`"${text}" is not a CPU feature; write +name to add or -name to remove one`);
}

export function readModel(value: unknown): string {
  const text = readLine(value);
  // QEMU has one model that is a number: 486.
  if (!/^[A-Za-z0-9][\w.-]*$/.test(text) || !(hasLetter(text) || text === '486'))
    throw wrong(
      `"${text}" is not a CPU model; write host-passthrough, host-model, maximum or a model of QEMU`,
    );
  return MODEL_ALIASES[text] ?? text;
}

/** A feature that is added and taken away, or named again in other letters, is a slip. */
export function refuseRepeated(features: readonly string[]): readonly string[] {
  const names = features.map((word) => word.slice(1).toLowerCase());
  const repeated = features.find((_, index) => names.indexOf(names[index] ?? '') < index);
  if (repeated === undefined) return features;
  throw wrong(`names the CPU feature ${repeated.slice(1)} twice; once is enough`);
}

/** `maximum,-cx16`: a model, if wanted, then features. */
export function readCpu(value: unknown): CpuSettings {
  const [first = '', ...others] = readLine(value).split(',');
  const isModel = !/^[+-]|=/.test(first);
  const features = refuseRepeated((isModel ? others : [first, ...others]).map(readFeature));
  return isModel ? { model: readModel(first), features } : { features };
}
