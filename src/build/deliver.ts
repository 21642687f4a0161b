import { readFile, rm } from 'node:fs/promises';
import { join } from 'node:path';
import { writeChecksumFiles } from '../artifact/checksum.ts';
import { withoutFolders, writeManifest } from '../artifact/manifest.ts';
import { manifestSchema } from '../artifact/manifest-schema.ts';
import type { PendingArtifacts } from '../disk/convert-disk.ts';
import { ifMissing } from '../foundation/if-missing.ts';
import { homeFrom } from '../foundation/places.ts';
import { READ_AT_ONCE } from '../foundation/read-regular-file.ts';
import { CHECKSUM_FILES } from '../foundation/result-files.ts';
import type { BuildRun } from './build-context.ts';
import type { BuildDirectory } from './build-directory.ts';
import type { BuildResult } from './build-events.ts';
import { buildManifest, type ManifestFacts } from './build-manifest.ts';
import { buildRedactor } from './build-secrets.ts';
import type { Journal } from './journal.ts';
import { requireOwnFolder } from './owned-paths.ts';

export type DeliverOptions = Omit<
  ManifestFacts,
  'kilnVersion' | 'buildId' | 'createdAt' | 'stageSeconds' | 'artifacts' | 'redact'
> & {
  readonly run: BuildRun;
  readonly directory: BuildDirectory;
  readonly journal: Journal;
  readonly images: PendingArtifacts;
};

/** Puts the verified images into place, with their checksums and the manifest. */
export async function deliver(options: DeliverOptions): Promise<BuildResult> {
  const { run, directory, journal, plan, script } = options;
  const { reporter, context } = run;
  requireOwnFolder(directory);
  const names = [...options.images.artifacts.map(({ name }) => name), ...Object.values(CHECKSUM_FILES)];
  // Until the record says that the build succeeded, these are leftovers of a build that did not.
  for (const name of names) journal.note({ kind: 'path', path: join(directory.root, name) });
  journal.note({ kind: 'path', path: directory.manifest });
  const replaced = await imagesOfManifest(directory.manifest);
  const artifacts = await options.images.commit(directory.root);
  // From here on the folder is this build's, and with it what clean-up may remove after a fault.
  await rm(directory.manifest, { force: true });
  // With --force: no image stays that the new manifest and checksums say nothing of.
  const stale = replaced.filter((name) => !artifacts.some((artifact) => artifact.name === name));
  await Promise.all(stale.map((name) => rm(join(directory.root, name), { force: true })));
  await writeChecksumFiles(directory.root, artifacts);
  const manifest = buildManifest({
    ...options,
    kilnVersion: await kilnVersion(context.projectDir),
    buildId: run.id,
    redact: await buildRedactor(context.places.state, run.id),
    createdAt: new Date(run.clock.now()),
    stageSeconds: { ...reporter.stageSeconds(), total: reporter.seconds() },
    artifacts,
  });
  const folders = foldersOfThisMachine(options);
  await writeManifest(directory.manifest, withoutFolders(manifest, folders), {
    secrets: script?.secrets ?? [],
    folders: folders.map(([folder]) => folder),
  });
  return {
    buildId: run.id,
    name: plan.name,
    directory: directory.root,
    artifacts,
    manifestPath: directory.manifest,
    seconds: reporter.seconds(),
    stageSeconds: reporter.stageSeconds(),
  };
}

/** File names of the images that a manifest already there names. */
async function imagesOfManifest(path: string): Promise<string[]> {
  const text = await readFile(path, READ_AT_ONCE).catch(ifMissing('{}'));
  const parsed = manifestSchema.safeParse(parseJson(text));
  return parsed.success ? parsed.data.outputs.map(({ file }) => file) : [];
}

function parseJson(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch (error) {
    if (error instanceof SyntaxError) return undefined;
    throw error;
  }
}

/** With the words that stand for them in the manifest, longest first. */
function foldersOfThisMachine({ run, directory }: DeliverOptions): [folder: string, word: string][] {
  const { places, projectDir, cwd } = run.context;
  const named: [string, string][] = [
    [directory.root, '<build>'],
    [places.cache, '<cache>'],
    [places.state, '<state>'],
    [places.runtime, '<runtime>'],
    [projectDir, '<kiln>'],
    [cwd, '<cwd>'],
    [homeFrom(run.context.env), '~'],
  ];
  return named.filter(([folder]) => folder !== '/').sort(([a], [b]) => b.length - a.length);
}

async function kilnVersion(projectDir: string): Promise<string> {
  const { version } = JSON.parse(await readFile(join(projectDir, 'package.json'), 'utf8')) as {
    version: string;
  };
  return version;
}
