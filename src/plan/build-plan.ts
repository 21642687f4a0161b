import type { OutputSpec } from '../artifact/output-spec.ts';
import type { UefiFirmware } from '../host/host-facts.ts';
import type { MediaSource } from '../media/install-media.ts';
import type { PublishTarget } from '../publish/publish-target.ts';
import type {
  DiskBus,
  InjectionMethod,
  InstallScriptKind,
  Loader,
  SecretRef,
  WatchPatternSpec,
} from '../spec/build-spec.ts';

export type FirmwarePlan = { readonly kind: 'bios' } | ({ readonly kind: 'uefi' } & UefiFirmware);

/** What a CPU is like without a model's name: libvirt's words (formatdomain.html, "CPU model and topology"). */
export const CPU_MODES = ['host-passthrough', 'host-model', 'maximum'] as const;

export type CpuPlan = {
  readonly mode: (typeof CPU_MODES)[number] | 'custom';
  /** With mode `custom`; left out, it is QEMU's default. */
  readonly model?: string;
  readonly features: readonly { readonly name: string; readonly policy: 'require' | 'disable' }[];
};

export type ScriptPlan = {
  readonly path: string;
  readonly kind: InstallScriptKind;
  readonly inject: InjectionMethod;
  /** Name under which the installer finds it: `preseed.cfg`, `ks.cfg`. */
  readonly installName: string;
};

/** Every choice made, as plain JSON: printed by `kiln plan`, saved with the build. Sizes in MiB or bytes, times in seconds, as named. */
export type BuildPlan = {
  readonly name: string;
  readonly os?: string;
  readonly arch: 'x86_64';
  readonly accelerator: 'kvm' | 'tcg';
  readonly acceleratorWhy: string;
  readonly emulator: string;
  readonly machine: 'q35' | 'pc';
  readonly firmware: FirmwarePlan;
  readonly cpu: CpuPlan;
  readonly vcpus: number;
  readonly memoryMiB: number;
  /** Without a size: as large as the imported image. */
  readonly disk: { readonly bus: DiskBus; readonly target: string; readonly sizeBytes?: number };
  /** `other`: a bridge or a network of libvirt's, for machines in virt-install's words. */
  readonly network: 'user' | 'none' | 'other';
  readonly media: readonly MediaSource[];
  /** Who starts the installer's kernel; left out, QEMU does, or the media's own boot loader. */
  readonly loader?: Loader;
  readonly script?: ScriptPlan;
  readonly variables: Readonly<Record<string, string>>;
  readonly rootPassword?: SecretRef;
  /** For direct kernel boot: what the media add where they are known, what Kiln adds for the installer family, then the user's own. */
  readonly kernelArguments: readonly string[];
  /** The installer's log over the network was asked for in so many words; what is received by itself has no word here. */
  readonly syslog?: true;
  readonly outputs: readonly OutputSpec[];
  readonly publish?: readonly PublishTarget[];
  readonly bootCheck: { readonly enabled: boolean; readonly pattern: string; readonly limitSeconds: number };
  /** Already scaled for the accelerator. */
  readonly limits: {
    readonly totalSeconds: number;
    readonly stallSeconds: number /** Asked for in so many words, so no experience changes it. */;
    readonly stallIsLiteral?: true;
  };
  /** The template's own console patterns; they count before Kiln's. */
  readonly watchPatterns: readonly WatchPatternSpec[];
  readonly templates: readonly { readonly name: string; readonly sha256: string }[];
};
