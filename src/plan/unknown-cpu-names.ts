import type { Problem } from '../foundation/errors.ts';
import { suggestion } from '../foundation/nearest-word.ts';
import type { CpuMap } from '../host/cpu-map.ts';
import { CPU_MODES } from './build-plan.ts';

export type NamedCpu = {
  /** Undefined for a mode such as `maximum`. */
  readonly model?: string | undefined;
  readonly features: readonly string[];
};

/**
 * What libvirt would refuse only when the guest is started.
 * @param where the CPU was named
 */
export function unknownCpuNames({ model, features }: NamedCpu, map: CpuMap, where: string): Problem[] {
  const unknown = (what: string, name: string, advice: string): Problem => ({
    where,
    problem: `libvirt on this machine knows no CPU ${what} "${name}".${advice}`,
  });
  const isUnknown = model !== undefined && !map.models.includes(model);
  const strange = features.filter((name) => !map.features.includes(name));
  return [
    ...(isUnknown ? [unknown('model', model, modelAdvice(model, map))] : []),
    ...strange.map((name) => unknown('feature', name, featureAdvice(name, map))),
  ];
}

/** A model that is newer than this libvirt is spelled well; others of its family are of use then. */
function modelAdvice(name: string, { models }: CpuMap): string {
  const meant = suggestion(name, [...models, ...CPU_MODES]);
  if (meant !== '') return meant;
  const family = name.replace(/-.*$/, '').toLowerCase();
  const relatives = models.filter((model) => model.replace(/-.*$/, '').toLowerCase() === family);
  const such = relatives.length === 0 ? '' : `, such as ${relatives.join(', ')}`;
  return ` Name one that it knows${such}, or take all that there is: host-passthrough with KVM, max when emulated.`;
}

function featureAdvice(name: string, { features, aliases }: CpuMap): string {
  const meant = aliases.get(name.toLowerCase());
  return meant === undefined ? suggestion(name, features) : ` Did you mean "${meant}"?`;
}
