import { join } from 'node:path';
import { SpecError } from '../foundation/errors.ts';
import { gibibytes } from '../foundation/size.ts';
import type { HostFacts } from '../host/host-facts.ts';
import { readCustomMenus } from '../ipxe/menu/custom-menus.ts';
import { readHostScripts } from '../ipxe/menu/host-scripts.ts';
import { menuFiles } from '../ipxe/menu/menu-files.ts';
import type { ExtraEntry, MenuFile, MenuOptions } from '../ipxe/menu/menu-options.ts';
import { findOs } from '../os/find-os.ts';
import { dialectOf } from '../os/kernel-arguments.ts';
import { NETBOOT_SYSTEMS, NOT_OVER_NETBOOT } from '../os/netboot-table.ts';
import { resolvePlan } from '../plan/resolve-plan.ts';
import type { InstallScriptKind } from '../spec/build-spec.ts';
import { listTemplates } from '../spec/find-template.ts';
import { resolveSpec } from '../spec/resolve-spec.ts';
import type { BuildContext } from './build-context.ts';
import { renderForBuild } from './render-for-build.ts';

export type MenusRequest = Pick<
  MenuOptions,
  'url' | 'title' | 'defaultEntry' | 'timeoutSeconds' | 'mirrors' | 'scripts' | 'signed'
> & {
  readonly version: string;
  /** Folder with menu.yaml. */
  readonly customFolder?: string;
  /** Folder with scripts of single machines: MAC-525400123456.ipxe, HOSTNAME-web1.ipxe. */
  readonly hostsFolder?: string;
};

/**
 * Every file of the menus: those of the table of operating systems, unattended installs of the VM templates with their scripts, the user's
 * own, and scripts of single machines.
 * @throws SpecError `ipxe.*`, and what the templates' own scripts raise
 */
export async function makeMenus(request: MenusRequest, context: BuildContext): Promise<readonly MenuFile[]> {
  const { customFolder, hostsFolder } = request;
  const hosts = hostsFolder === undefined ? [] : await readHostScripts(hostsFolder);
  const custom = customFolder === undefined ? [] : await readCustomMenus(customFolder);
  const templates = await templateInstalls(context);
  for (const { os, why } of NOT_OVER_NETBOOT) context.logger?.debug(`${os.id} is not in the menus: ${why}`);
  const menus = menuFiles(NETBOOT_SYSTEMS, {
    ...request,
    custom,
    templates: templates.map(({ entry }) => entry),
    hosts: hosts.map(({ path }) => path.replace(/^hosts\/|\.ipxe$/g, '')),
  });
  return [...menus, ...templates.flatMap(({ files }) => files), ...hosts];
}

type TemplateInstall = { readonly entry: ExtraEntry; readonly files: readonly MenuFile[] };

/** Templates whose system can be installed over the network. One whose script lacks a value nobody has given is left out, and said so. */
async function templateInstalls(context: BuildContext): Promise<readonly TemplateInstall[]> {
  const templateDir = join(context.projectDir, 'vm-templates');
  const installs: TemplateInstall[] = [];
  for (const name of await listTemplates(templateDir)) {
    context.signal?.throwIfAborted();
    try {
      const install = await templateInstall(name, templateDir, context);
      if (install !== undefined) installs.push(install);
    } catch (error) {
      if (!(error instanceof SpecError)) throw error;
      context.logger?.debug(`the template ${name} is left out of the menus: ${error.message}`);
    }
  }
  return installs;
}

async function templateInstall(
  name: string,
  templateDir: string,
  { cwd, env, signal = new AbortController().signal }: BuildContext,
): Promise<TemplateInstall | undefined> {
  // The mirror of the menus stands for the template's own media.
  const overrides = { location: 'http://mirror.example/' };
  const spec = await resolveSpec({ target: name, overrides, cwd, templateDir });
  const place = placeOf(spec.os);
  if (place === undefined) return undefined;
  const plan = resolvePlan(spec, ANOTHER_MACHINE);
  const script = await renderForBuild({ plan, markerToken: 'menu', env, edit: true, signal });
  if (script === undefined || plan.script === undefined) return undefined;
  // A script for another installer than the one in the distribution's own netboot files: they cannot read it.
  const row = findOs(place.osId);
  if (row !== undefined && dialectOf(row, plan.script.kind) !== place.dialect) return undefined;
  const { files, address } = scriptFiles(name, plan.script.kind, script.text);
  const { system, release } = place;
  const action = { kind: 'install', system, release, script: `\${kiln_url}${address}` } as const;
  return { entry: { key: name, title: `${place.title}: ${name}`, action }, files };
}

/** Menus are for other machines: nothing of this one may stand in the way. */
const ANOTHER_MACHINE: HostFacts = {
  arch: 'x86_64',
  cpus: 1,
  memory: gibibytes(1024),
  memoryAvailable: gibibytes(1024),
  accelerator: { use: 'kvm', why: 'the menus are for other machines', kvmPresent: true },
  emulator: 'qemu-system-x86_64',
  qemuVersion: '',
  uefi: { code: '', varsTemplate: '', secureBoot: false },
  isRoot: false,
  uid: 0,
  gid: 0,
};

function placeOf(os: string | undefined) {
  for (const { id, dialect, releases } of NETBOOT_SYSTEMS) {
    const release = releases.find(({ osId }) => osId === os);
    if (release !== undefined)
      return { system: id, dialect, release: release.key, title: release.title, osId: release.osId };
  }
  return undefined;
}

/** NoCloud wants a folder with two files; the others a file. */
function scriptFiles(
  name: string,
  kind: InstallScriptKind,
  text: string,
): { files: MenuFile[]; address: string } {
  if (kind !== 'autoinstall' && kind !== 'user-script') {
    const path = `scripts/${name}.${EXTENSIONS[kind]}`;
    return { files: [{ path, text }], address: path };
  }
  const folder = `scripts/${name}/`;
  return {
    files: [
      { path: `${folder}user-data`, text },
      { path: `${folder}meta-data`, text: `instance-id: ${name}\n` },
    ],
    address: folder,
  };
}

const EXTENSIONS = { preseed: 'preseed', kickstart: 'ks', autoyast: 'xml' } as const;
