import { writeFile } from 'node:fs/promises';
import type { ResolvedImport } from '../media/install-media.ts';
import type { BuildPlan } from '../plan/build-plan.ts';
import type { DomainInput } from '../vm/domain-input.ts';
import { domainXml } from '../vm/domain-xml.ts';
import type { BuildDirectory } from './build-directory.ts';
import { type ImportedDisk, importDisk } from './import-disk.ts';
import { type FinalDomainOptions, finalDomain } from './install-domain.ts';
import { writePlan } from './write-plan.ts';

/** What a `PreparedInstall` is for an install, with the disk filled already. */
export type PreparedImport = {
  readonly kind: 'import';
  readonly plan: BuildPlan;
  readonly directory: BuildDirectory;
  readonly domain: { readonly final: DomainInput };
  readonly origin: ImportedDisk;
};

export type PrepareImportOptions = FinalDomainOptions & {
  readonly media: ResolvedImport;
  readonly signal: AbortSignal;
  readonly onProgress: (part: number) => void;
};

/** Takes the image over as the build's disk. There is no guest before the boot check. */
export async function prepareImport(options: PrepareImportOptions): Promise<PreparedImport> {
  const { plan, directory, media, signal, onProgress } = options;
  const { disk } = directory;
  const { sizeBytes } = plan.disk;
  const origin = await importDisk({ image: media.diskPath, disk, sizeBytes, signal, onProgress });
  const final = finalDomain(options);
  await Promise.all([writePlan(directory.planFile, plan), writeFile(directory.finalXml, domainXml(final))]);
  return { kind: 'import', plan, directory, domain: { final }, origin };
}
