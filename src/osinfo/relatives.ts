import type { OsFacts } from './os-facts.ts';

/** A system the database does not have, and the known one whose hardware it is given. */
export type Relative = {
  readonly name: string;
  readonly fullId: string;
  readonly known: string;
  /** Where it differs from the relative's. */
  readonly firmware?: OsFacts['firmware'];
};

type Line = {
  /** The short ids as libosinfo writes them; `$1` is the version. */
  readonly pattern: RegExp;
  readonly fullId: string;
  /** From the newest to the oldest; a version newer than the asked one is never taken. */
  readonly known: (version: string) => readonly string[];
};

const counting =
  (prefix: string, lowest: number, suffix = ''): Line['known'] =>
  (version) => {
    const names: string[] = [];
    for (let number = Number.parseInt(version, 10) - 1; number >= lowest; number -= 1)
      names.push(`${prefix}${number}${suffix}`);
    return names;
  };

const HIGHEST_MINOR = 10;

/** Red Hat's family counts its minor releases: the newest of the asked or of an earlier major one. */
const minors =
  (prefix: string): Line['known'] =>
  (version) => {
    const { major, minor: asked = HIGHEST_MINOR } = partsOf(version);
    const names: string[] = [];
    for (let number = major; number >= 7; number -= 1) {
      const newest = number === major ? Math.min(asked, HIGHEST_MINOR) : HIGHEST_MINOR;
      for (let minor = newest; minor >= 0; minor -= 1) names.push(`${prefix}${number}.${minor}`);
      names.push(`${prefix}${number}`, `${prefix}${number}-unknown`);
    }
    return names;
  };

const ubuntu: Line['known'] = (version) => {
  const names: string[] = [];
  for (let year = Number.parseInt(version, 10); year >= 16; year -= 1)
    names.push(`ubuntu${year}.10`, `ubuntu${year}.04`);
  return names.filter((name) => Number(name.slice(6)) < Number(version));
};

const leap: Line['known'] = (version) => {
  const names: string[] = [];
  for (let minor = 9; minor >= 0; minor -= 1) names.push(`opensuse15.${minor}`);
  return names.filter((name) => Number(name.slice(8)) < Number(version));
};

/** Lines of systems that go on where a database ends. The ids are those libosinfo gives the systems in later releases. */
const LINES: readonly Line[] = [
  { pattern: /^debian(\d+)$/, fullId: 'http://debian.org/debian/$1', known: counting('debian', 9) },
  { pattern: /^fedora(\d+)$/, fullId: 'http://fedoraproject.org/fedora/$1', known: counting('fedora', 30) },
  {
    pattern: /^centos-stream(\d+)$/,
    fullId: 'http://centos.org/centos-stream/$1',
    known: counting('centos-stream', 8),
  },
  { pattern: /^rhel(\d+(?:\.\d+)?)$/, fullId: 'http://redhat.com/rhel/$1', known: minors('rhel') },
  { pattern: /^rocky(\d+(?:\.\d+)?)$/, fullId: 'http://rockylinux.org/rocky/$1', known: minors('rocky') },
  {
    pattern: /^almalinux(\d+(?:\.\d+)?)$/,
    fullId: 'http://almalinux.org/almalinux/$1',
    known: minors('almalinux'),
  },
  { pattern: /^ubuntu(\d\d\.(?:04|10))$/, fullId: 'http://ubuntu.com/ubuntu/$1', known: ubuntu },
  { pattern: /^opensuse(15\.\d)$/, fullId: 'http://opensuse.org/opensuse/$1', known: leap },
];

type Version = { readonly major: number; readonly minor?: number };

/** Of a version, or of a name that ends with one. */
function partsOf(text: string): Version {
  const [, major, minor] = /(\d+)(?:\.(\d+))?/.exec(text) ?? [];
  return { major: Number(major), ...(minor === undefined ? {} : { minor: Number(minor) }) };
}

/** Some ten years of releases; what is further from all that is known is a typing mistake. */
const MOST_AHEAD = 20;

function isNear(version: Version, known: Version): boolean {
  const [wanted, there] =
    version.major === known.major ? [version.minor, known.minor] : [version.major, known.major];
  return (wanted ?? 0) - (there ?? 0) <= MOST_AHEAD;
}

/** The nearest relative that `isKnown`; undefined for a system of no known line, or far ahead of it. */
export function relativeOf(name: string, isKnown: (name: string) => boolean): Relative | undefined {
  for (const { pattern, fullId, known } of LINES) {
    const version = pattern.exec(name)?.[1];
    if (version === undefined) continue;
    const relative = known(version).find(isKnown);
    if (relative !== undefined && isNear(partsOf(version), partsOf(relative)))
      return { name, fullId: fullId.replace('$1', version), known: relative };
  }
  return undefined;
}
