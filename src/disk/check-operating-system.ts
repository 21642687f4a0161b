import { MARKER_FILE } from '../foundation/completion-marker.ts';
import { DiskError } from '../foundation/errors.ts';
import { printable } from '../foundation/printable.ts';
import { type DiskCheck, fail, type OperatingSystem, pass, unknown } from './disk-report.ts';
import { findPath, readTextFile } from './file-tree.ts';
import { isOpaque, type Volume } from './volume.ts';

/** os-release(5); the last is /usr/lib on a volume of its own, seen from that volume. */
const OS_RELEASE = ['etc/os-release', 'usr/lib/os-release', 'lib/os-release'] as const;
/** The last is for a /var on a volume of its own. */
const MARKER = [MARKER_FILE.slice('/'.length), MARKER_FILE.slice('/var/'.length)] as const;

/** Looks for an operating system's own description in every file system Kiln can read. */
export async function checkOperatingSystem(
  volumes: readonly Volume[],
): Promise<{ readonly check: DiskCheck; readonly os?: OperatingSystem }> {
  for (const volume of volumes.filter(({ kind }) => kind !== 'vfat')) {
    const text = await readFirst(volume, OS_RELEASE);
    const os = text === undefined ? undefined : parseOsRelease(text);
    if (os) return { os, check: pass('os', `${os.prettyName || os.id} is on ${volume.name}.`) };
  }
  const hidden = volumes.filter(isOpaque);
  if (hidden.length === 0) return { check: fail('os', 'No file system on it holds an operating system.') };
  const where = hidden.map(({ name, kind }) => `${name} (${kind})`).join(', ');
  return { check: unknown('os', `It may be on ${where}, which Kiln cannot look into.`) };
}

/** Whether the file the install script leaves as its last act holds this build's token. */
export async function checkMarker(volumes: readonly Volume[], token: string): Promise<DiskCheck> {
  for (const volume of volumes) {
    const text = await readFirst(volume, MARKER);
    if (text?.includes(token)) return pass('marker', `This build's token is on ${volume.name}.`);
    if (text !== undefined) return fail('marker', `The marker on ${volume.name} is not from this build.`);
  }
  const hidden = volumes.filter(isOpaque).length > 0;
  const varIsReadable = (await Promise.all(volumes.map((volume) => isThere(volume, 'var/lib')))).includes(
    true,
  );
  if (hidden && !varIsReadable)
    return unknown('marker', 'The root file system is one Kiln cannot look into.');
  return fail('marker', `The install script did not leave its marker ${MARKER_FILE}.`);
}

/** Values as os-release(5) allows: bare, single or double quoted, with backslashes. */
export function parseOsRelease(text: string): OperatingSystem | undefined {
  const fields = new Map<string, string>();
  for (const line of text.split('\n')) {
    const match = /^([A-Z][A-Z0-9_]*)=(.*)$/.exec(line.trim());
    if (match?.[1]) fields.set(match[1], printable(unquote(match[2] ?? '')));
  }
  const id = fields.get('ID');
  if (!id) return undefined;
  return { id, versionId: fields.get('VERSION_ID') ?? '', prettyName: fields.get('PRETTY_NAME') ?? '' };
}

function unquote(value: string): string {
  const inner = /^(["'])(.*)\1$/.exec(value)?.[2] ?? value;
  return inner.replaceAll(/\\(.)/g, '$1');
}

async function readFirst({ tree }: Volume, paths: readonly string[]): Promise<string | undefined> {
  if (!tree) return undefined;
  for (const path of paths) {
    const text = await unlessDamaged(() => readTextFile(tree, path));
    if (text !== undefined) return text;
  }
  return undefined;
}

async function isThere({ tree }: Volume, path: string): Promise<boolean> {
  const node = tree && (await unlessDamaged(() => findPath(tree, path)));
  return node?.kind === 'directory';
}

/** What cannot be read for damage is not there, as far as these checks go; the file system check names the damage. */
async function unlessDamaged<T>(read: () => Promise<T>): Promise<T | undefined> {
  try {
    return await read();
  } catch (error) {
    if (error instanceof DiskError) return undefined;
    throw error;
  }
}
