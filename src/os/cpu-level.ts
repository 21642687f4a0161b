import { CPU_LEVELS, type CpuLevel } from './operating-system.ts';

/**
 * What each level adds to the one below it (x86-64 psABI, "Micro-Architecture Levels"), in libvirt's words. The first one takes 64-bit mode
 * for granted: `lm` and `pae`, without which there is none.
 */
const FEATURES: Readonly<Record<CpuLevel, readonly string[]>> = {
  'x86-64': ['cmov', 'cx8', 'fpu', 'fxsr', 'lm', 'mmx', 'pae', 'sse', 'sse2', 'syscall'],
  'x86-64-v2': ['cx16', 'lahf_lm', 'popcnt', 'pni', 'sse4.1', 'sse4.2', 'ssse3'],
  'x86-64-v3': ['avx', 'avx2', 'bmi1', 'bmi2', 'f16c', 'fma', 'abm', 'movbe', 'xsave'],
};

/** QEMU's and other names of the same features. */
const SYNONYMS: Readonly<Record<string, string>> = {
  sse3: 'pni',
  'lahf-lm': 'lahf_lm',
  lzcnt: 'abm',
  sse4_1: 'sse4.1',
  sse4_2: 'sse4.2',
  'sse4-1': 'sse4.1',
  'sse4-2': 'sse4.2',
};

/** Of a CPU model: `32-bit` is below all levels. */
export type ModelLevel = CpuLevel | '32-bit';

/** The highest level of QEMU's CPU models (docs/system/cpu-models-x86-abi.csv), without `-v2`, `-IBRS`, `-noTSX` and the like. */
const MODELS: readonly (readonly [ModelLevel, RegExp])[] = [
  ['32-bit', /^(486|athlon|base|coreduo|kvm32|n270|pentium.*|qemu32)$/],
  ['x86-64', /^(Conroe|core2duo|cpu64-rhel\d|kvm64|Opteron_G[123]|Penryn|phenom|qemu64)$/],
  ['x86-64-v2', /^(Denverton|IvyBridge|Nehalem|Opteron_G[45]|SandyBridge|Snowridge|Westmere)$/],
  [
    'x86-64-v3',
    /^(Broadwell|Cascadelake-Server|Cooperlake|Dhyana|EPYC.*|GraniteRapids|Haswell|Icelake-(Client|Server)|KnightsMill|SapphireRapids|SierraForest|Skylake-(Client|Server))$/,
  ],
];

/** Undefined for a model Kiln does not know, about which nothing is said. */
export function levelOfModel(model: string): ModelLevel | undefined {
  const stem = model.replace(/(-(noTSX|IBRS|IBPB|v\d+))+$/, '');
  return MODELS.find(([, pattern]) => pattern.test(stem))?.[0];
}

/** Up to and including that level. */
export function featuresOfLevel(level: ModelLevel): readonly string[] {
  // That some of them lack more makes no difference: none gets far enough to miss it.
  if (level === '32-bit') return FEATURES['x86-64'].filter((name) => name !== 'lm');
  return CPU_LEVELS.slice(0, CPU_LEVELS.indexOf(level) + 1).flatMap((each) => FEATURES[each]);
}

/** Whether any level needs it: what a CPU lacks besides hinders no system. */
export function isOfLevel(feature: string): boolean {
  return CPU_LEVELS.some((level) => FEATURES[level].includes(SYNONYMS[feature] ?? feature));
}

export type GuestCpu = {
  /** Of its model; undefined when unknown. */
  readonly level: ModelLevel | undefined;
  readonly features: readonly { readonly name: string; readonly policy: 'require' | 'disable' }[];
};

/**
 * Features a system of that level needs and the CPU lacks; none when the model is unknown and nothing was taken away.
 */
export function missingFeatures(needed: CpuLevel, { level, features }: GuestCpu): readonly string[] {
  const policy = new Map(features.map(({ name, policy: is }) => [SYNONYMS[name] ?? name, is]));
  const has = new Set(level === undefined ? featuresOfLevel(needed) : featuresOfLevel(level));
  return featuresOfLevel(needed).filter((name) =>
    policy.has(name) ? policy.get(name) === 'disable' : !has.has(name),
  );
}
