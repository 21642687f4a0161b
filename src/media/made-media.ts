import { noRecipe, OFFLINE_SUITES } from './debian-offline/recipe.ts';

export const MADE_SCHEMES = ['apt-mirror', 'debian-offline'] as const;

const SUITE = '[a-z][a-z0-9-]*';
/** Debian policy 5.6.1: at least two characters, letters, digits and `+-.`. */
const PACKAGE = '[a-z0-9][a-z0-9+.-]+';
const MADE_HERE = new RegExp(`^(?:(apt-mirror):(${SUITE})|(debian-offline):(${SUITE})((?:/${PACKAGE})*))$`);

/** Media that Kiln puts together from Debian's packages: `apt-mirror:trixie`, `debian-offline:trixie/cloud-init/vim`. */
export type MadeMedia =
  | { readonly scheme: 'apt-mirror'; readonly suite: string }
  /** With what the ISO has besides the recipe's packages, sorted. */
  | { readonly scheme: 'debian-offline'; readonly suite: string; readonly packages: readonly string[] };

/** undefined for any other place; a reason where the scheme is one of these and what follows it is not. */
export function parseMadeMedia(from: string): MadeMedia | { readonly wrong: string } | undefined {
  if (!/^(apt-mirror|debian-offline):/.test(from)) return undefined;
  const [, mirror, ofMirror, , ofIso, packages] = MADE_HERE.exec(from) ?? [];
  if (mirror !== undefined && ofMirror !== undefined) return { scheme: 'apt-mirror', suite: ofMirror };
  if (ofIso === undefined)
    return {
      wrong: `"${from}" is not a suite; write for example apt-mirror:trixie, debian-offline:trixie, or debian-offline:trixie/vim/tmux for two more packages on that ISO`,
    };
  const names = new Set(packages?.split('/').slice(1));
  return { scheme: 'debian-offline', suite: ofIso, packages: [...names].sort() };
}

/** Why media of that suite cannot be made on any machine, without a period; what a mirror has shows only when it is asked. */
export const suiteFault = (made: MadeMedia): string | undefined =>
  made.scheme === 'debian-offline' && !OFFLINE_SUITES.includes(made.suite) ? noRecipe(made.suite) : undefined;

/** Media that Kiln makes get what is asked for besides; all others have what they have. Words that no package can be called are left out. */
export function withPackages(from: string, packages: readonly string[]): string {
  const made = parseMadeMedia(from);
  if (made === undefined || 'wrong' in made || made.scheme !== 'debian-offline') return from;
  const more = packages.filter((name) => new RegExp(`^${PACKAGE}$`).test(name));
  const names = [...new Set([...made.packages, ...more])].sort();
  return [`${made.scheme}:${made.suite}`, ...names].join('/');
}
