import { writeFile } from 'node:fs/promises';
import { publicFrom } from '../media/public-url.ts';
import type { BuildPlan } from '../plan/build-plan.ts';

/** Saves the choices made for whoever reads the build's logs later, without what the media's URLs may hold of credentials. */
export async function writePlan(path: string, plan: BuildPlan): Promise<void> {
  const media = plan.media.map((source) => ({ ...source, from: publicFrom(source.from) }));
  await writeFile(path, `${JSON.stringify({ ...plan, media }, null, 2)}\n`);
}
