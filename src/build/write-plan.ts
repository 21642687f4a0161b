import { publicFrom, publicText } from '../foundation/public-url.ts';
import { maskNamedSecrets } from '../foundation/redact.ts';
import { writeFile } from '../foundation/write-file.ts';
import type { BuildPlan } from '../plan/build-plan.ts';

/** What the user gave for the installer, fit to be read: without what URLs may hold of credentials, and variables that are secrets by their names. */
export function publicAnswers({
  variables,
  kernelArguments,
}: Pick<BuildPlan, 'variables' | 'kernelArguments'>): Pick<BuildPlan, 'variables' | 'kernelArguments'> {
  const shown = Object.entries(maskNamedSecrets(variables)).map(([name, value]) => [name, publicText(value)]);
  return { variables: Object.fromEntries(shown), kernelArguments: kernelArguments.map(publicText) };
}

/** The plan to be read, without secrets. */
export function publicPlan(plan: BuildPlan): BuildPlan {
  const media = plan.media.map((source) => ({ ...source, from: publicFrom(source.from) }));
  return { ...plan, media, ...publicAnswers(plan) };
}

/** Saves the choices made for whoever reads the build's logs later, and whose logs they are. */
export async function writePlan(path: string, plan: BuildPlan, buildId: string): Promise<void> {
  // Variables whose names tell nothing may be secrets as well.
  await writeFile(path, `${JSON.stringify({ buildId, ...publicPlan(plan) }, null, 2)}\n`, { mode: 0o600 });
}
