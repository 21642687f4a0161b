import { readBackingFile } from '../../disk/qcow2-backing.ts';
import { InstallError } from '../../foundation/errors.ts';
import { writeFile } from '../../foundation/write-file.ts';
import { diskIdentity } from '../../host/disk-identity.ts';
import type { LibvirtConnection } from '../../libvirt/libvirt.ts';
import { LIBVIRT_ERRORS, unless } from '../../libvirt/libvirt-error.ts';
import { isRemoteUri } from '../../libvirt/libvirt-uri.ts';
import { undefinedText } from './left-machine.ts';
import { type DomainDisk, disksOf, movedDisks, withDisks } from './machine-xml.ts';
import type { MachineGround, ReadyMachine } from './prepare-machine.ts';

/** What is asked of the ground on which a machine was built. */
export type InstalledGround = Pick<MachineGround, 'libvirt' | 'directory'> & {
  readonly run: { readonly reporter: Pick<MachineGround['run']['reporter'], 'notice'> };
  readonly request: { readonly life: Pick<MachineGround['request']['life'], 'transient'> };
};

/**
 * The machine with the files that its disks have at the end of the install: a snapshot of the running guest moves it to new ones.
 * @throws InstallError `install.machine-undefined`
 */
export async function asInstalled(
  { libvirt, directory, run, request }: InstalledGround,
  ready: ReadyMachine,
): Promise<ReadyMachine> {
  // Of a transient one nothing is known any more.
  if (request.life.transient) return ready;
  const final = await definitionNow(libvirt.connection, ready);
  if (final === undefined) throw machineUndefined({ libvirt, directory }, ready);
  if (final === ready.final) return ready;
  for (const { target, path } of movedDisks(ready.final, disksOf(final))) {
    const below = disksOf(ready.final).find((disk) => disk.target === target)?.path;
    run.reporter.notice(
      `The disk ${target} of ${ready.name} is ${path} by now, since somebody made a snapshot during the install. Keep ${below}, on which it lies.`,
    );
  }
  await writeFile(directory.finalXml, final);
  return { ...ready, final };
}

/** @returns undefined when libvirt does not know the machine any more */
export async function definitionNow(
  connection: LibvirtConnection,
  { uuid, final }: Pick<ReadyMachine, 'uuid' | 'final'>,
): Promise<string | undefined> {
  const xml = await unless([LIBVIRT_ERRORS.noDomain], () => connection.getXml(uuid, { inactive: true }));
  if (xml === undefined) return undefined;
  const overlays: DomainDisk[] = [];
  for (const disk of isRemoteUri(connection.uri) ? [] : movedDisks(final, disksOf(xml))) {
    const before = disksOf(final).find(({ target }) => target === disk.target)?.path ?? '';
    if (await liesOn(disk, before)) overlays.push(disk);
  }
  return withDisks(final, overlays);
}

/** So it is with a snapshot's file; another one was put into the definition for the next start, and the guest did not write to it. */
async function liesOn({ path = '', format }: DomainDisk, base: string): Promise<boolean> {
  const wanted = await diskIdentity(base);
  const seen = new Set<string>();
  let link: { readonly path: string; readonly format: string | undefined } | undefined = { path, format };
  while (link?.format === 'qcow2' && !seen.has(link.path)) {
    seen.add(link.path);
    // What cannot be read is no reason to lose the machine that was installed.
    link = await readBackingFile(link.path).catch(() => undefined);
    if (link !== undefined && (await diskIdentity(link.path)) === wanted) return true;
  }
  return false;
}

export function machineUndefined(
  { libvirt, directory }: Pick<MachineGround, 'libvirt' | 'directory'>,
  { name, final }: Pick<ReadyMachine, 'name' | 'final'>,
): InstallError {
  const { connection, privateDaemon } = libvirt;
  const definition = directory.finalXml;
  const text = undefinedText({
    ...{ name, uri: connection.uri, privateDaemon, definition },
    disks: diskFilesOf(final),
  });
  return new InstallError('install.machine-undefined', text, { details: { domain: name, definition } });
}

export const diskFilesOf = (xml: string): string[] =>
  disksOf(xml).flatMap(({ device, path }) => (device === 'disk' && path !== undefined ? [path] : []));
