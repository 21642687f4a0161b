import { copyFile, mkdir, mkdtemp, rename, rm, stat } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { basename, join, resolve } from 'node:path';
import { SpecError } from '../foundation/errors.ts';
import type { Logger } from '../foundation/logger.ts';
import { outputFile } from '../foundation/output-file.ts';
import { printable } from '../foundation/printable.ts';
import { scrubSecrets } from '../foundation/scrub-secrets.ts';
import { scrubConsole } from '../foundation/scrub-secrets-console.ts';
import { scrubJson } from '../foundation/scrub-secrets-json.ts';
import { aboutFile, writeFile } from '../foundation/write-file.ts';
import { runCommand } from '../process/run-command.ts';
import { buildDirectory } from './build-directory.ts';
import { findBuild, requireWhole } from './build-records.ts';
import { buildRedactor } from './build-secrets.ts';
import { type FilesToPack, type PackedFile, packFile, packFiles } from './report-build-files.ts';

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
    const hide = (text: string): string => scrubSecrets(redact(text));
    const scrub = (text: string): string => scrubConsole(text, hide);
    const packed = (from: string): FilesToPack => {
      const name = basename(from);
      return { from, to: join(folder, name), name, scrub, signal };
    };
    const files = [...(await packFiles(packed(logs))), ...(await packFile(packed(manifest)))];
    if (files.length === 0) {
      throw new SpecError('builds.no-log', `Build ${record.id} has left no logs in ${logs}.`);
    }
    await writeFile(join(folder, 'record.json'), scrubJson(JSON.stringify(record), scrub) ?? '');
    const about = [...options.about, ...files.flatMap(noteLine)];
    await writeFile(join(folder, 'about.txt'), `${about.join('\n')}\n`);
    const archive = join(staging, `${name}.tar.gz`);
    // Owner and order say nothing about the build, and the user's name is nobody's business.
    const neutral = ['--owner=0', '--group=0', '--numeric-owner', '--sort=name'];
    await runCommand('tar', [...neutral, '-czf', archive, '-C', staging, name], {
      logger: options.logger,
      ...(signal === undefined ? {} : { signal }),
    });
    await moveFile(archive, path);
    const names = [...files.map((file) => file.name), 'record.json', 'about.txt'];
    return { path, files: names, bytes: (await stat(path)).size };
  } finally {
    await rm(staging, { recursive: true, force: true });
  }
}

const noteLine = ({ name, note }: PackedFile): string[] =>
  note === undefined ? [] : [`${printable(name)}: ${note}`];

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
