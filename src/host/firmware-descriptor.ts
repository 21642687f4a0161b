/** The part of QEMU's firmware descriptors (docs/interop/firmware.json of QEMU) that Kiln chooses by. */
export type FirmwareDescriptor = {
  readonly code: string;
  readonly varsTemplate: string;
  readonly secureBoot: boolean;
  /** Microsoft's keys are enrolled: unsigned boot loaders are refused. */
  readonly enrolledKeys: boolean;
};

type Json = Readonly<Record<string, unknown>>;

const asObject = (value: unknown): Json =>
  typeof value === 'object' && value !== null ? (value as Json) : {};
const asList = (value: unknown): readonly unknown[] => (Array.isArray(value) ? value : []);

/**
 * Reads a descriptor of UEFI firmware for x86_64 q35 guests with split code and variable store in raw format.
 * @returns undefined when it describes something else, or is damaged (one bad file must not hide the others)
 */
export function parseFirmwareDescriptor(text: string): FirmwareDescriptor | undefined {
  const root = parseJson(text);
  const mapping = asObject(root.mapping);
  const code = rawFile(mapping.executable);
  const varsTemplate = rawFile(mapping['nvram-template']);
  const isSplit = mapping.device === 'flash' && (mapping.mode ?? 'split') === 'split';
  const isUefi = asList(root['interface-types']).includes('uefi');
  if (!isUefi || !isSplit || !asList(root.targets).some(isQ35) || !code || !varsTemplate) return undefined;
  const features = asList(root.features);
  return {
    code,
    varsTemplate,
    secureBoot: features.includes('secure-boot'),
    enrolledKeys: features.includes('enrolled-keys'),
  };
}

function parseJson(text: string): Json {
  try {
    return asObject(JSON.parse(text));
  } catch {
    // Reported to nobody: libvirt, the owner of this convention, passes over such files as well.
    return {};
  }
}

function rawFile(value: unknown): string | undefined {
  const { filename, format } = asObject(value);
  return typeof filename === 'string' && (format ?? 'raw') === 'raw' ? filename : undefined;
}

function isQ35(target: unknown): boolean {
  const { architecture, machines } = asObject(target);
  const patterns = asList(machines).filter((machine) => typeof machine === 'string');
  return architecture === 'x86_64' && patterns.some((pattern) => /^pc-q35-|^pc-\*|^\*$|^q35$/.test(pattern));
}
