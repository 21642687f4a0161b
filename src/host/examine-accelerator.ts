import { readFile } from 'node:fs/promises';
import type { Logger } from '../foundation/logger.ts';
import type { Finding } from './finding.ts';
import { probeAccelerator } from './probe-accelerator.ts';

export type EmulatorProbe = {
  /** undefined when QEMU is not installed. */
  readonly emulator: string | undefined;
  readonly cacheDir: string;
  readonly logger: Logger;
  readonly signal?: AbortSignal;
};

/** Whether guests run on KVM, and whether this host is a guest itself. Emulation works, so it is only a warning. */
export async function examineAccelerator(probe: EmulatorProbe): Promise<readonly Finding[]> {
  const { emulator, ...rest } = probe;
  if (emulator === undefined) return [];
  const { use, why } = await probeAccelerator({ emulator, ...rest });
  const what = use === 'kvm' ? `Guests run on KVM: ${why}.` : `Guests are emulated (TCG): ${why}.`;
  const accelerator: Finding = { id: 'accelerator', status: use === 'kvm' ? 'ok' : 'warn', what };
  return use === 'kvm' ? [accelerator] : [accelerator, ...(await examineNesting())];
}

async function examineNesting(): Promise<readonly Finding[]> {
  const cpuInfo = await readFile('/proc/cpuinfo', 'utf8').catch(() => '');
  if (!/^flags\s*:.*\bhypervisor\b/m.test(cpuInfo)) return [];
  return [
    {
      id: 'nested-virtualisation',
      status: 'warn',
      what: 'This host is itself a virtual machine.',
      fix: 'Ask for nested virtualisation (Intel VMX or AMD SVM passed through to it), or accept emulated guests.',
    },
  ];
}
