import { SpecError } from '../foundation/errors.ts';
import { parseSize } from '../foundation/size.ts';
import { shapeProblem, type ValueShape } from '../foundation/value-shape.ts';
import { CPU_LEVELS, KERNEL_DIALECTS, PASSWORD_HASHES } from './operating-system.ts';

/** What a key holds; `each` is a list of maps. */
type Rule = ValueShape | 'number' | 'size' | 'patterns' | { readonly each: Keys };
/** A name that ends in `?` may be left out. */
type Keys = Readonly<Record<string, Rule>>;

const INSTALLERS: Rule = { each: { family: 'text', dialect: KERNEL_DIALECTS, scriptKinds: 'texts' } };
const BOOT_FILES: Rule = {
  each: { media: ['iso', 'tree'], 'arch?': 'text', kernel: 'text', initrd: 'text' },
};
const SIZES: Keys = { 'minimumMemory?': 'size', 'minimumMemoryNetwork?': 'size', 'minimumDisk?': 'size' };
const QUIRKS: Keys = {
  'passwordHash?': PASSWORD_HASHES,
  'firstBootQuirks?': 'texts',
  'emulationQuirks?': { each: { disable: 'text', why: 'text' } },
};
const DEFAULTS: Keys = {
  installers: INSTALLERS,
  'architectures?': 'texts',
  'bootFiles?': BOOT_FILES,
  'cpuLevel?': CPU_LEVELS,
  'firmware?': 'texts',
  ...SIZES,
  ...QUIRKS,
};
/** A row with the defaults below it. */
const SYSTEM: Keys = {
  id: 'text',
  title: 'text',
  'version?': 'text',
  'aliases?': 'texts',
  'suites?': 'texts',
  'template?': 'text',
  'released?': 'text',
  'endOfLife?': 'text',
  'internal?': 'flag',
  installers: INSTALLERS,
  architectures: 'texts',
  bootFiles: BOOT_FILES,
  cpuLevel: CPU_LEVELS,
  firmware: 'texts',
  ...SIZES,
  ...QUIRKS,
};
const FILE: Keys = {
  distribution: 'text',
  names: 'patterns',
  idPrefix: 'text',
  versionParts: 'number',
  defaults: 'object',
  generic: { each: {} },
  systems: { each: {} },
};

/** @throws SpecError `os.bad-table` that names the file and the key */
export function checkOsFile(value: unknown, path: string): void {
  const problem = problemOfFile(value);
  if (problem !== undefined) throw badTable(path, problem);
}

export function badTable(path: string, problem: string, cause?: unknown): SpecError {
  return new SpecError(
    'os.bad-table',
    `${path}: ${problem.replace(/\.$/, '')}. Correct it as docs/os.md says, or take the file away.`,
    cause === undefined ? {} : { cause },
  );
}

function problemOfFile(value: unknown): string | undefined {
  const problem = problemOfMap(value, FILE, '');
  if (problem !== undefined) return problem;
  const { defaults, generic, systems } = value as { [key: string]: Record<string, unknown>[] };
  const inDefaults = problemOfMap(defaults, DEFAULTS, 'defaults');
  if (inDefaults !== undefined) return inDefaults;
  for (const [name, rows] of Object.entries({ generic, systems }))
    for (const [index, row] of (rows ?? []).entries()) {
      const inRow = problemOfMap({ ...defaults, ...row }, SYSTEM, `${name}[${index}]`);
      if (inRow !== undefined) return inRow;
    }
  return undefined;
}

function problemOfMap(value: unknown, keys: Keys, at: string): string | undefined {
  const shape = value === undefined ? 'is missing' : shapeProblem(value, 'object');
  if (shape !== undefined) return `${at || 'the file'} ${shape}`;
  const map = value as Readonly<Record<string, unknown>>;
  const names = Object.keys(keys).map((key) => key.replace('?', ''));
  const unknown = Object.keys(map).find((key) => !names.includes(key));
  if (unknown !== undefined && names.length > 0)
    return `${below(at, unknown)} is no key known here; those are ${names.join(', ')}`;
  for (const [key, rule] of Object.entries(keys)) {
    const name = key.replace('?', '');
    if (map[name] === undefined && name === key) return `${below(at, name)} is missing`;
    const problem = map[name] === undefined ? undefined : problemOfValue(map[name], rule, below(at, name));
    if (problem !== undefined) return problem;
  }
  return undefined;
}

function problemOfValue(value: unknown, rule: Rule, at: string): string | undefined {
  if (typeof rule === 'object' && 'each' in rule) return problemOfList(value, rule.each, at);
  if (rule === 'number') return Number.isInteger(value) ? undefined : `${at} expects a whole number`;
  const plain = rule === 'size' ? 'text' : rule === 'patterns' ? 'texts' : rule;
  const problem = shapeProblem(value, plain) ?? unreadable(value, rule);
  return problem === undefined ? undefined : `${at} ${problem}`;
}

function problemOfList(value: unknown, keys: Keys, at: string): string | undefined {
  if (!Array.isArray(value)) return `${at} expects a list`;
  for (const [index, item] of value.entries()) {
    const problem = problemOfMap(item, keys, `${at}[${index}]`);
    if (problem !== undefined) return problem;
  }
  // An installer is what makes a system one.
  return value.length === 0 && keys.dialect !== undefined ? `${at} names none` : undefined;
}

/** What is wrong with a text that stands for something else. */
function unreadable(value: unknown, rule: Rule): string | undefined {
  try {
    if (rule === 'size') parseSize(value as string);
    if (rule === 'patterns') for (const pattern of value as readonly string[]) new RegExp(pattern, 'i');
    return undefined;
  } catch (error) {
    return `cannot be read: ${(error as Error).message}`;
  }
}

const below = (at: string, key: string): string => (at === '' ? key : `${at}.${key}`);
