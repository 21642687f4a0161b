import { copyFile, lstat, mkdir, mkdtemp, readdir, readFile, rename, rm, stat } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { basename, dirname, join, resolve } from 'node:path';
import { SpecError } from '../foundation/errors.ts';
import type { Logger } from '../foundation/logger.ts';
import { makeFolder } from '../foundation/make-folder.ts';
import { outputFile } from '../foundation/output-file.ts';
import type { Redactor } from '../foundation/redact.ts';
import { scrubSecrets } from '../foundation/scrub-secrets.ts';
import { aboutFile, writeFile } from '../foundation/write-file.ts';
import { runCommand } from '../process/run-command.ts';
import { buildDirectory } from './build-directory.ts';
import { findBuild, requireWhole } from './build-records.ts';
import { buildRedactor } from './build-secrets.ts';

export type ReportOptions = {
  readonly stateDir: string;
  /** The build's id or the beginning of it. */
  readonly id: string;
  /** The archive, `.tar.gz`; in the current folder unless told. */
  readonly output?: string;
  readonly cwd: string;
  /** What is known of the host, as lines. */
  readonly about: readonly string[];
  readonly logger: Logger;
  readonly signal?: AbortSignal;
};

export type BuildReport = {
  readonly path: string;
  readonly files: readonly string[];
  readonly bytes: number;
};

/** Larger text is cut at its front: the end tells how it ended. */
const LARGEST_TEXT = 8 * 2 ** 20;

/**
 * Packs the story of one build into an archive to hand on: record, plan, domain XML, logs, screenshots, evidence. Images, disks and the
 * install script stay out; of every text what looks like a secret is hidden, and what the build itself knew to be one (`noteSecrets`).
 * @throws SpecError `builds.not-found`, `builds.ambiguous`, `builds.damaged-record`, `builds.no-log`, `output.exists`; CancelledError
 */
export async function reportBuild(options: ReportOptions): Promise<BuildReport> {
  const record = requireWhole(await findBuild(options.stateDir, options.id));
  const { logs, manifest } = buildDirectory(record.directory, record.id);
  const name = `kiln-report-${record.id}`;
  const path = await outputFile(resolve(options.cwd, options.output ?? `${name}.tar.gz`));
  if (await exists(path))
    throw new SpecError('output.exists', `${path} exists; name another file with --output.`);
  const { signal } = options;
  const staging = await mkdtemp(join(tmpdir(), 'kiln-report-'));
  try {
    const folder = join(staging, name);
    await mkdir(folder);
    const redact = await buildRedactor(options.stateDir, record.id);
    const scrub = (text: string): string => scrubSecrets(redact(text));
    const files = [
      ...(await copyTree({ from: logs, to: join(folder, 'logs'), prefix: 'logs', scrub, signal })),
      ...(await copyOne(manifest, folder, scrub)),
    ];
    if (files.length === 0) {
      throw new SpecError('builds.no-log', `Build ${record.id} has left no logs in ${logs}.`);
    }
    await writeFile(join(folder, 'record.json'), scrub(`${JSON.stringify(record, null, 2)}\n`));
    await writeFile(join(folder, 'about.txt'), `${options.about.join('\n')}\n`);
    const archive = join(staging, `${name}.tar.gz`);
    // Owner and order say nothing about the build, and the user's name is nobody's business.
    const neutral = ['--owner=0', '--group=0', '--numeric-owner', '--sort=name'];
    await runCommand('tar', [...neutral, '-czf', archive, '-C', staging, name], {
      logger: options.logger,
      ...(signal === undefined ? {} : { signal }),
    });
    await moveFile(archive, path);
    return { path, files: [...files, 'record.json', 'about.txt'], bytes: (await stat(path)).size };
  } finally {
    await rm(staging, { recursive: true, force: true });
  }
}

type TreeCopy = {
  readonly from: string;
  readonly to: string;
  /** Before the names that are told. */
  readonly prefix: string;
  readonly scrub: Redactor;
  readonly signal: AbortSignal | undefined;
};

async function copyTree({ from, to, prefix, scrub, signal }: TreeCopy): Promise<string[]> {
  // A link in the place of the folder leads to what is not the build's.
  if ((await lstat(from).catch(() => undefined))?.isSymbolicLink()) return [];
  const entries = await readdir(from, { withFileTypes: true }).catch((error: NodeJS.ErrnoException) => {
    if (error.code === 'ENOENT') return [];
    throw error;
  });
  const copied: string[] = [];
  for (const entry of entries) {
    signal?.throwIfAborted();
    const [source, target, name] = [join(from, entry.name), join(to, entry.name), join(prefix, entry.name)];
    if (entry.isDirectory())
      copied.push(...(await copyTree({ from: source, to: target, prefix: name, scrub, signal })));
    else if (entry.isFile()) {
      await copyScrubbed(source, target, scrub);
      copied.push(name);
    }
  }
  return copied;
}

async function copyOne(path: string, folder: string, scrub: Redactor): Promise<string[]> {
  if ((await lstat(path).catch(() => undefined))?.isFile() !== true) return [];
  await copyScrubbed(path, join(folder, basename(path)), scrub);
  return [basename(path)];
}

/** Pictures go as they are, everything else as text without secrets. */
async function copyScrubbed(from: string, to: string, scrub: Redactor): Promise<void> {
  await makeFolder(dirname(to));
  if (/\.png$/.test(from)) return copyFile(from, to);
  const content = await readFile(from);
  const text = content.subarray(Math.max(0, content.length - LARGEST_TEXT)).toString('utf8');
  await writeFile(to, scrub(text));
}

async function moveFile(from: string, to: string): Promise<void> {
  await rename(from, to).catch(async (error: NodeJS.ErrnoException) => {
    if (error.code !== 'EXDEV') throw aboutFile(error, to);
    await copyFile(from, to).catch(async (problem: unknown) => {
      await rm(to, { force: true });
      // Node names what was copied, and the disk that is full is the other one.
      throw aboutFile(problem, to);
    });
  });
}

async function exists(path: string): Promise<boolean> {
  return stat(path).then(
    () => true,
    () => false,
  );
}
