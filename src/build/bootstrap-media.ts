import { rm } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import { type BootstrapFormat, makeBootstrap } from '../boot-image/bootstrap/make-bootstrap.ts';
import { SpecError } from '../foundation/errors.ts';
import { outputFile } from '../foundation/output-file.ts';
import { makeOwnFolder } from '../foundation/own-folder.ts';
import { detectKind } from '../install-script/detect-kind.ts';
import { readScript } from '../install-script/read-script.ts';
import { placeholdersIn } from '../install-script/render-script.ts';
import { withCacheLease } from '../media/cache-lease.ts';
import type { MediaSource, ResolvedLocation } from '../media/install-media.ts';
import { type ResolveOptions, resolveMedia } from '../media/resolve-media.ts';
import { findOs } from '../os/find-os.ts';
import { dialectOf, dialectOfScript, installerArguments, joinArguments } from '../os/kernel-arguments.ts';
import { chooseInjection } from '../plan/choose-injection.ts';
import { appendToInitrd } from '../seed/append-to-initrd.ts';
import type { InstallScriptKind } from '../spec/build-spec.ts';
import { wrongKindProblem } from '../spec/script-kind.ts';
import { checkKickseed } from './check-kickseed.ts';
import { kernelSecretsNote } from './kernel-secrets-note.ts';

export type BootstrapRequest = {
  readonly media: MediaSource;
  /** Where the image goes; it must not exist unless `force`. */
  readonly output: string;
  readonly format: BootstrapFormat;
  /** Put into the initrd as it is; without, the installer asks the cloud for its user data. */
  readonly script?: string;
  /** Of the script the cloud has. */
  readonly scriptKind?: InstallScriptKind;
  /** Id of the OS table; default as the media tell. */
  readonly os?: string;
  /** They win over Kiln's. */
  readonly kernelArguments: readonly string[];
};

export type BootstrapReport = {
  readonly path: string;
  readonly format: BootstrapFormat;
  readonly os?: string;
  readonly kernelArguments: readonly string[];
};

/**
 * Makes the small image that boots an installer unattended where no kernel can be given directly.
 * @throws MediaError of `resolveMedia`; SpecError `script.no-injection`, `script.wrong-kind`, `script.unknown-placeholder`; HostError
 * of `makeBootstrap`
 */
export function bootstrapMedia(request: BootstrapRequest, options: ResolveOptions): Promise<BootstrapReport> {
  const make = () => makeFromMedia(request, options);
  return withCacheLease(options.cacheDir, 'kiln media bootstrap', make, options);
}

async function makeFromMedia(request: BootstrapRequest, options: ResolveOptions): Promise<BootstrapReport> {
  const { format, media: source } = request;
  const output = await outputFile(request.output);
  const media = await resolveMedia([source], options);
  if (media.kind !== 'location') throw new TypeError('a location resolves to a location');
  const script = request.script === undefined ? undefined : await embeddedScript(request.script);
  const os = request.os ?? media.facts.osId;
  const kernelArguments = argumentsFor(request, media, script?.kind);
  await checkKickseed(os, script?.kind ?? request.scriptKind, media);
  const folder = await makeOwnFolder(dirname(output), '.kiln-initrd-');
  try {
    const initrdPath = script === undefined ? media.initrdPath : join(folder, 'initrd');
    if (script !== undefined) await appendToInitrd(media.initrdPath, [script.file], initrdPath);
    const title = `Kiln: unattended installation of ${findOs(os ?? '')?.title ?? 'the system'}`;
    const entry = { title, kernelArguments };
    // A script may hold password hashes.
    const isPrivate = script !== undefined || kernelSecretsNote(kernelArguments) !== undefined;
    const { kernelPath } = media;
    await makeBootstrap({ kernelPath, initrdPath, entry, format, isPrivate }, output, options);
  } finally {
    await rm(folder, { recursive: true, force: true });
  }
  return { path: request.output, format, ...(os === undefined ? {} : { os }), kernelArguments };
}

function argumentsFor(
  { os: named, kernelArguments, scriptKind }: BootstrapRequest,
  { facts }: ResolvedLocation,
  embedded: InstallScriptKind | undefined,
): readonly string[] {
  const os = findOs(named ?? facts.osId ?? '');
  const kind = embedded ?? scriptKind ?? os?.scriptKinds[0];
  if (kind === undefined)
    throw new SpecError(
      'script.no-injection',
      'Nothing tells which installer is on these media, so nobody knows its kernel arguments. Name the system with --os.',
    );
  const problem = wrongKindProblem({ kind, os: os?.id, media: 'location' });
  if (problem !== undefined)
    throw new SpecError('script.wrong-kind', `The install script ${problem}.`, {
      details: { kind, os: os?.id },
    });
  const inject = embedded === undefined ? 'metadata' : 'initrd';
  const dialect = (os && dialectOf(os, kind)) ?? dialectOfScript(kind);
  return joinArguments(
    joinArguments(
      ownArguments(facts.kernelArguments, kernelArguments),
      installerArguments(dialect, { kind, inject }),
    ),
    kernelArguments,
  );
}

/** An ISO's own say that Anaconda is on the disc of its label, which is not there when Anaconda comes from a repository. */
function ownArguments(ofMedia: readonly string[], users: readonly string[]): readonly string[] {
  if (!users.some((argument) => argument.startsWith('inst.repo='))) return ofMedia;
  return ofMedia.filter((argument) => !argument.startsWith('inst.stage2=hd:'));
}

/** Nothing is filled in here: the image outlives this build. */
async function embeddedScript(path: string) {
  const text = await readScript(path);
  const kind = detectKind(text, path);
  const { installName } = chooseInjection({ kind, media: 'location', wanted: 'initrd', network: undefined });
  const [first] = placeholdersIn(text, kind);
  if (first !== undefined)
    throw new SpecError(
      'script.unknown-placeholder',
      `${path} has the placeholder {{${first.name}}}, which nothing fills in here. Put its value there.`,
      { details: { script: path, name: first.name } },
    );
  return { kind, file: { name: installName, content: text } };
}
