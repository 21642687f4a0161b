import { type ControlStanza, relatedPackages } from './control-file.ts';
import { MODULES_BY_COMPONENT, type OfflineRecipe } from './recipe.ts';

/** Debian's base system as debootstrap would install it, without what the recipe leaves out. */
export function basePackages(packages: readonly ControlStanza[], recipe: OfflineRecipe): string[] {
  return packages
    .filter((stanza) => ['required', 'important'].includes(stanza.field('Priority') ?? ''))
    .map((stanza) => stanza.name)
    .filter((name) => !recipe.leftOut.includes(name));
}

/** Name of a kernel module component: `ext4-modules-6.12.107+deb13-amd64-di`. */
export function moduleComponentName(component: string, kernelVersion: string): string {
  return `${component}-modules-${kernelVersion}-di`;
}

/** `ext4` of `ext4-modules-…-di`; undefined for a component that carries no modules. */
export function moduleComponentOf(name: string): string | undefined {
  return /^(.+)-modules-.+-di$/.exec(name)?.[1];
}

/**
 * The installer components to add to the netboot image: the recipe's and everything they depend on that is not there
 * already. Of a virtual package the only provider is taken; where several provide it, one must be among the others.
 */
export function installerComponents(
  available: readonly ControlStanza[],
  present: ReadonlySet<string>,
  kernelVersion: string,
  recipe: OfflineRecipe,
): ControlStanza[] {
  const usable = available.filter(
    (stanza) => (stanza.field('Kernel-Version') ?? kernelVersion) === kernelVersion,
  );
  const byName = new Map(usable.map((stanza) => [stanza.name, stanza]));
  const providers = providersIn(usable);
  const modules = Object.keys(MODULES_BY_COMPONENT).map((name) => moduleComponentName(name, kernelVersion));
  const queue = [...recipe.installerComponents, ...modules];
  const chosen = new Map<string, ControlStanza>();
  for (let name = queue.shift(); name !== undefined; name = queue.shift()) {
    if (chosen.has(name) || present.has(name)) continue;
    const stanza = byName.get(name);
    if (stanza) {
      chosen.set(name, stanza);
      queue.push(...relatedPackages(stanza.field('Depends')));
      continue;
    }
    const candidates = providers.get(name) ?? [];
    const [only] = candidates;
    const met = candidates.some((candidate) => present.has(candidate) || chosen.has(candidate));
    if (only !== undefined && candidates.length === 1 && !met) queue.push(only);
  }
  return [...chosen.values()].sort((a, b) => (a.name < b.name ? -1 : 1));
}

function providersIn(stanzas: readonly ControlStanza[]): Map<string, string[]> {
  const providers = new Map<string, string[]>();
  for (const stanza of stanzas) {
    for (const provided of relatedPackages(stanza.field('Provides'))) {
      providers.set(provided, [...(providers.get(provided) ?? []), stanza.name]);
    }
  }
  return providers;
}
