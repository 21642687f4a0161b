import { join } from 'node:path';
import { CHECKSUM_FILES } from '../foundation/result-files.ts';
import type { Artifact } from './artifact.ts';
import { writeFileAtomically } from './write-file-atomically.ts';

type Summed = Pick<Artifact, 'name' | 'sha256' | 'sha512'>;

/** Writes SHA256SUMS and SHA512SUMS for `sha256sum -c` and `sha512sum -c`, run in that folder. */
export async function writeChecksumFiles(folder: string, artifacts: readonly Summed[]): Promise<void> {
  for (const algorithm of ['sha256', 'sha512'] as const) {
    const lines = artifacts.map((artifact) => checksumLine(artifact[algorithm], artifact.name));
    await writeFileAtomically(join(folder, CHECKSUM_FILES[algorithm]), lines.join(''));
  }
}

/**
 * One line as coreutils' digest tools write it: a backslash in front tells that the name's backslashes, line feeds and carriage
 * returns are escaped (coreutils manual, "md5sum invocation").
 */
export function checksumLine(digest: string, name: string): string {
  const escaped = name.replaceAll('\\', '\\\\').replaceAll('\n', '\\n').replaceAll('\r', '\\r');
  return `${escaped === name ? '' : '\\'}${digest}  ${escaped}\n`;
}
