import { maskNamedSecrets } from '../foundation/redact.ts';
import { writeFile } from '../foundation/write-file.ts';
import { publicFrom } from '../media/public-url.ts';
import type { BuildPlan } from '../plan/build-plan.ts';

/** The plan to be read: without what the media's URLs may hold of credentials, and variables that are secrets by their names. */
export function publicPlan(plan: BuildPlan): BuildPlan {
  const media = plan.media.map((source) => ({ ...source, from: publicFrom(source.from) }));
  return { ...plan, media, variables: maskNamedSecrets(plan.variables) };
}

/** Saves the choices made for whoever reads the build's logs later, and whose logs they are. */
export async function writePlan(path: string, plan: BuildPlan, buildId: string): Promise<void> {
  // Variables whose names tell nothing may be secrets as well.
  await writeFile(path, `${JSON.stringify({ buildId, ...publicPlan(plan) }, null, 2)}\n`, { mode: 0o600 });
}
