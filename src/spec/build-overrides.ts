/**
 * What the command line (or a program) asks for beside a template, in the words of virt-install(1) and as text: everything is
 * parsed and checked by `resolveSpec`, so that all problems are reported together. Undefined means "as the template says".
 */
export type BuildOverrides = {
  readonly name?: string | undefined;
  readonly os?: string | undefined;
  /** `1GiB`; a bare number counts MiB, as virt-install's `--memory` does. */
  readonly memory?: string | undefined;
  readonly vcpus?: string | undefined;
  /** `host-passthrough`, `host-model`, `maximum`, a model, then features: `maximum,-cx16`. */
  readonly cpu?: string | undefined;
  /** `10GiB`, or virt-install's `size=10,bus=virtio`; a bare number counts GiB. */
  readonly disk?: string | undefined;
  readonly bus?: string | undefined;
  /** At most one of the three; it replaces all media of the template. */
  readonly cdrom?: string | undefined;
  /** May end in `,kernel=<path>,initrd=<path>`. */
  readonly location?: string | undefined;
  readonly import?: string | undefined;
  /** Start the installer's kernel through an iPXE ISO. */
  readonly ipxe?: boolean | undefined;
  /** `sha256:<hex>`, `sha512:<hex>` or the bare digest, of the media named by the option above. */
  readonly checksum?: string | undefined;
  readonly script?: string | undefined;
  readonly inject?: string | undefined;
  /** Each is split at blanks outside double quotes, as the kernel does. */
  readonly extraArgs?: readonly string[] | undefined;
  readonly firmware?: string | undefined;
  readonly machine?: string | undefined;
  readonly accelerator?: string | undefined;
  readonly network?: string | undefined;
  /** `qcow2`, `qcow2,compression=zstd`, `raw,name=disk.img`; they replace the template's. */
  readonly outputs?: readonly string[] | undefined;
  /** `glance:CLOUD,visibility=shared`; they replace the template's, so an empty list publishes nowhere. */
  readonly publish?: readonly string[] | undefined;
  readonly rootPasswordFile?: string | undefined;
  /** Name of an environment variable. */
  readonly rootPasswordEnv?: string | undefined;
  /** `name=value`; added to the template's. */
  readonly variables?: readonly string[] | undefined;
  /** Durations: `90s`, `1h30m`. Taken literally, without scaling for emulation. */
  readonly timeout?: string | undefined;
  readonly stall?: string | undefined;
  /** Whether the installer sends its log to Kiln over the network. */
  readonly syslog?: boolean | undefined;
  readonly bootCheckPattern?: string | undefined;
  /** A duration, taken literally. */
  readonly bootCheckLimit?: string | undefined;
  readonly noBootCheck?: boolean | undefined;
  /** Problems name options as they were typed: `{ '--firmware': '--boot' }`. */
  readonly spelling?: Readonly<Record<string, string>> | undefined;
};
