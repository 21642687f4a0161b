import { writeFile } from '../foundation/write-file.ts';
import type { BuildPlan } from '../plan/build-plan.ts';
import type { DomainInput } from '../vm/domain-input.ts';
import { domainXml } from '../vm/domain-xml.ts';
import type { BuildDirectory } from './build-directory.ts';
import type { ImportedDisk } from './import-disk.ts';
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
  readonly origin: ImportedDisk;
};

/** The build's disk is there already. There is no guest before the boot check. */
export async function prepareImport(options: PrepareImportOptions): Promise<PreparedImport> {
  const { plan, directory, origin, buildId } = options;
  const final = finalDomain(options);
  await Promise.all([
    writePlan(directory.planFile, plan, buildId),
    writeFile(directory.finalXml, domainXml(final)),
  ]);
  return { kind: 'import', plan, directory, domain: { final }, origin };
}
