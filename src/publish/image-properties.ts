import { z } from 'zod';
import { SpecError } from '../foundation/errors.ts';
import type { ImageSource } from './image-source.ts';

export const PRESETS = ['kvm', 'ironic', 'xen', 'none'] as const;
/** Whose properties an image gets: Nova with KVM, Ironic, or Nova with Xen as Rackspace's cloud ran it. */
export type Preset = (typeof PRESETS)[number];

export type Properties = Readonly<Record<string, string>>;

/** What of the manifest's plan is about hardware; the plan is any JSON as far as the manifest's schema goes. */
const planSchema = z.object({
  machine: z.string().optional(),
  arch: z.string().optional(),
  network: z.string().optional(),
  disk: z.object({ bus: z.string() }).optional(),
  firmware: z.object({ kind: z.enum(['bios', 'uefi']), secureBoot: z.boolean().optional() }).optional(),
});

/** What is known for certain of an image. */
type Facts = z.infer<typeof planSchema> & {
  readonly os?: { readonly id: string; readonly versionId: string } | undefined;
  readonly buildId?: string;
};

/** libosinfo's short ids, which Nova wants, where they are not os-release's ID. */
const OS_DISTRO: Readonly<Record<string, string>> = {
  'opensuse-leap': 'opensuse',
  'opensuse-tumbleweed': 'opensuse',
  arch: 'archlinux',
  ol: 'oraclelinux',
};

/**
 * An image's properties by what its build found out (Glance, "Useful image properties"). What is not known is left out: a wrong property
 * makes an image unbootable, a missing one takes the cloud's default.
 */
export function imageProperties(source: ImageSource, preset: Preset, extra: Properties): Properties {
  const facts = factsOf(source);
  const chosen = preset === 'none' ? {} : { ...common(facts), ...PRESET_PROPERTIES[preset](facts, source) };
  const all = { ...withoutUndefined(chosen), ...extra };
  if (source.imageKind === 'whole-disk') refuseKernel(all);
  return all;
}

export function factsOf({ manifest, firmware }: ImageSource): Facts {
  if (manifest === undefined) return firmware === undefined ? {} : { firmware: { kind: firmware } };
  const plan = planSchema.safeParse(manifest.plan);
  return {
    ...(plan.success ? plan.data : {}),
    arch: manifest.host.arch,
    firmware: { ...(plan.success ? plan.data.firmware : {}), kind: manifest.verification.firmware },
    os: manifest.verification.os,
    buildId: manifest.buildId,
  };
}

type Found = Readonly<Record<string, string | undefined>>;

function common({ os, arch, buildId }: Facts): Found {
  return {
    architecture: arch,
    os_type: os === undefined ? undefined : 'linux',
    os_distro: os && (OS_DISTRO[os.id] ?? os.id),
    os_version: os?.versionId || undefined,
    kiln_build_id: buildId,
  };
}

const PRESET_PROPERTIES: Readonly<
  Record<Exclude<Preset, 'none'>, (facts: Facts, source: ImageSource) => Found>
> = {
  kvm: ({ firmware, machine, disk, network }) => ({
    hw_firmware_type: firmware?.kind,
    hw_machine_type: machine,
    hw_disk_bus: disk?.bus,
    hw_scsi_model: disk?.bus === 'scsi' ? 'virtio-scsi' : undefined,
    hw_vif_model: network === 'user' ? 'virtio' : undefined,
    os_secure_boot: firmware?.secureBoot ? 'required' : undefined,
  }),
  ironic: ({ firmware }, { imageKind }) => ({
    img_type: imageKind,
    hw_firmware_type: firmware?.kind,
    os_secure_boot: firmware?.secureBoot ? 'required' : undefined,
  }),
  // A disk with its own boot loader runs fully virtualised; without the agent, builds would wait for it.
  xen: () => ({ vm_mode: 'hvm', xenapi_use_agent: 'false' }),
};

function withoutUndefined(found: Found): Properties {
  return Object.fromEntries(
    Object.entries(found).flatMap(([key, value]): [string, string][] =>
      value === undefined ? [] : [[key, value]],
    ),
  );
}

/** Ironic takes a whole-disk image with a kernel for a partition image, and the deployment fails. @throws SpecError `options.invalid` */
export function refuseKernel(properties: Properties): void {
  const wrong = ['kernel_id', 'ramdisk_id'].find((name) => name in properties);
  if (wrong === undefined) return;
  throw new SpecError(
    'options.invalid',
    `--property ${wrong}: a whole-disk image must not have a kernel or ramdisk, or Ironic mistakes it for a partition image. Leave it out.`,
  );
}
