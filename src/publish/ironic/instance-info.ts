import { factsOf } from '../image-properties.ts';
import type { ImageSource } from '../image-source.ts';

/** What Ironic writes to a node's disk (Ironic, "Deploying with Bare Metal service", instance_info). */
export type InstanceInfo = Readonly<Record<string, string | number | Readonly<Record<string, string>>>>;

/** Where Ironic gets the image from: an id in Glance, or an address the conductor or the node can read. */
export type ImageReference = {
  readonly source: string;
  /** Of what is at an address. */
  readonly sha512?: string;
  /** Partition images only. */
  readonly kernel?: string;
  readonly ramdisk?: string;
  /** GiB; partition images only. */
  readonly rootGb?: number;
};

/**
 * Glance tells Ironic format and checksum by itself; for an address they must be said, or anything at all might be written to the disk.
 */
export function instanceInfo(source: ImageSource, reference: ImageReference): InstanceInfo {
  const firmware = factsOf(source).firmware?.kind;
  return {
    image_source: reference.source,
    ...(reference.sha512 === undefined
      ? {}
      : {
          image_os_hash_algo: 'sha512',
          image_os_hash_value: reference.sha512,
          image_disk_format: source.format,
          image_type: source.imageKind,
        }),
    ...(reference.kernel === undefined ? {} : { kernel: reference.kernel }),
    ...(reference.ramdisk === undefined ? {} : { ramdisk: reference.ramdisk }),
    ...(reference.rootGb === undefined ? {} : { root_gb: reference.rootGb }),
    ...(firmware === undefined ? {} : { capabilities: { boot_mode: firmware } }),
  };
}

/** Whether a node is set to this already; what Ironic added itself does not count. */
export function hasInstanceInfo(found: Readonly<Record<string, unknown>>, wanted: InstanceInfo): boolean {
  return Object.entries(wanted).every(([key, value]) => {
    const is = found[key];
    return JSON.stringify(typeof value === 'object' ? asObject(is) : is) === JSON.stringify(value);
  });
}

/** Capabilities may be set as a text, too. */
function asObject(value: unknown): unknown {
  if (typeof value !== 'string') return value;
  try {
    return JSON.parse(value);
  } catch {
    return value; // some other text
  }
}

/** Arguments of `baremetal node set`, which takes a value for JSON that reads as such (python-ironicclient, `split_and_deserialize`). */
export function instanceInfoArguments(info: Readonly<Record<string, unknown>>): readonly string[] {
  return Object.entries(info).flatMap(([key, value]) => ['--instance-info', `${key}=${argument(value)}`]);
}

const argument = (value: unknown): string =>
  typeof value === 'string' && asObject(value) === value ? value : JSON.stringify(value);
