import { childrenOf, type XmlNode, xmlNode } from '../../foundation/xml-node.ts';
import { bootsKernel, hasInstallPhase, type InstallMethod } from '../install-method.ts';
import { hasBootPositions } from './boot-order.ts';
import { addInstallCdrom, defaultDisk, ejectMedium } from './disk.ts';
import { driverTypeOf } from './disk-storage.ts';
import { bootOrder, setBootOrder } from './domain-settings.ts';
import { addDevice, archOf, devicesOf, type Guest, isWindows, isX86, read, write } from './guest.ts';

/** Drives whose medium belongs to the installation alone. */
export type InstallMedia = { readonly cdrom?: XmlNode; readonly cloudInit?: XmlNode };

/** Adds the drive the installer boots from and, where nothing else is said, the order to boot in afterwards. */
export function prepareMedia(guest: Guest, method: InstallMethod): InstallMedia {
  const iso =
    method.kind === 'cdrom' ? method.cdrom : bootsKernel(method) ? guest.facts.bootFiles?.iso : undefined;
  const cdrom = iso === undefined ? undefined : addInstallCdrom(guest, iso);
  if (bootOrder(guest).length === 0 && canSetBootOrder(guest)) {
    setBootOrder(guest, orderWith(guest, deviceAfterwards(guest, method)));
  }
  return cdrom === undefined ? {} : { cdrom };
}

const canSetBootOrder = (guest: Guest): boolean =>
  read(guest.root, './os/kernel') === undefined && !hasBootPositions(guest);

const isDisk = (node: XmlNode): boolean => (node.attributes.get('device') ?? 'disk') === 'disk';

/** A disk is always in the order, so that firmware and installers see that it can be booted from. */
function orderWith(guest: Guest, device: string): string[] {
  const hasDisk = devicesOf(guest, 'disk').some(isDisk);
  return hasDisk && device !== 'hd' ? [device, 'hd'] : [device];
}

function deviceAfterwards(guest: Guest, method: InstallMethod): string {
  const disks = devicesOf(guest, 'disk');
  if (method.kind === 'cdrom' && method.noInstall) return 'cdrom';
  if (method.bootDevice !== undefined) return disks.some(isDisk) ? 'hd' : method.bootDevice;
  const first = disks[0]?.attributes.get('device') ?? 'disk';
  return { cdrom: 'cdrom', floppy: 'fd' }[first] ?? 'hd';
}

/** NoCloud's drive comes last, after all defaults. */
export function addCloudInitDrive(guest: Guest, method: InstallMethod): XmlNode | undefined {
  const { cloudInitIso } = guest.facts;
  if (method.cloudInit === undefined || bootsKernel(method) || cloudInitIso === undefined) return undefined;
  const node = addDevice(guest, 'disk', { device: 'cdrom' });
  const { type, path, format } = cloudInitIso;
  guest.storage.set(node, { type, path, ...driverTypeOf(type, format) });
  write(node, './source/@file', path);
  defaultDisk(guest, node);
  return node;
}

/** Whether the guest has an XML of its own for the installation. */
export const hasTwoPhases = (method: InstallMethod): boolean =>
  hasInstallPhase(method) || method.cloudInit !== undefined;

/** Turns the guest into the one that runs the installation: its first reboot ends it, it boots the installer. */
export function alterForInstall(guest: Guest, method: InstallMethod): void {
  const { root, facts } = guest;
  write(root, './on_reboot', 'destroy');
  const files = bootsKernel(method) ? facts.bootFiles : undefined;
  if (files !== undefined) {
    write(root, './os/kernel', files.kernel);
    write(root, './os/initrd', files.initrd);
    const words = method.overwriteArgs ?? [...method.extraArgs, ...files.arguments].join(' ');
    if (words !== '') write(root, './os/cmdline', words);
  }
  const device = method.bootDevice;
  setBootOrder(guest, device !== undefined && canSetBootOrder(guest) ? orderWith(guest, device) : []);
  if (files?.needsNetwork) raiseMemory(guest);
  if (method.cloudInit !== undefined) nameDatasource(guest);
}

/** Installers that load themselves over the network need more memory than the system. */
function raiseMemory(guest: Guest): void {
  const arch = archOf(guest);
  const needed = guest.facts.os.networkInstall.find(
    (one) => one.arch === arch || one.arch === 'all',
  )?.ramBytes;
  const kib = Math.floor((needed ?? 0) / 1024);
  if (kib <= Number(read(guest.root, './currentMemory') ?? 0)) return;
  if (kib > Number(read(guest.root, './memory') ?? 0)) write(guest.root, './memory', kib);
  write(guest.root, './currentMemory', kib);
  guest.warnings.push(
    `Memory is raised to ${kib / 1024} MiB for the network installation of ${guest.facts.os.shortId}.`,
  );
}

/** cloud-init finds its drive by label; on images that look for no drive, the SMBIOS serial number names it. */
function nameDatasource(guest: Guest): void {
  const { root } = guest;
  const mode = read(root, './os/smbios/@mode');
  if (!isX86(guest) || (mode !== undefined && mode !== 'sysinfo')) return;
  const found = childrenOf(root, 'sysinfo').find((node) => node.attributes.get('type') === 'smbios');
  const node = found ?? xmlNode('sysinfo', { type: 'smbios' });
  if (read(node, "./system/entry[@name='serial']") !== undefined) return;
  if (found === undefined) root.children.push(node);
  write(root, './os/smbios/@mode', 'sysinfo');
  write(node, "./system/entry[@name='serial']", 'ds=nocloud');
}

/** Takes the installation's media out of the guest that stays; Windows goes on reading its own after the reboot. */
export function alterForGood(guest: Guest, media: InstallMedia): void {
  if (media.cdrom !== undefined && !isWindows(guest)) ejectMedium(media.cdrom);
  if (media.cloudInit !== undefined) ejectMedium(media.cloudInit);
}
