import { describe, expect, it } from 'vitest';
import { askLibvirt } from '../../../../src/build/guest-facts/libvirt-memory.ts';
import { Refusals } from '../../../../src/foundation/refusals.ts';
import { LibvirtError } from '../../../../src/libvirt/libvirt-error.ts';
import type { Hypervisor } from '../../../../src/virt-install/guest/hypervisor.ts';

const QEMU = '/usr/bin/qemu-system-x86_64';
const CAPABILITIES = {
  osType: 'hvm',
  arch: 'x86_64',
  emulator: QEMU,
  machines: [],
  domains: [],
  features: { acpi: true, apic: true, pae: true },
};

const runBy = (emulator: string): Hypervisor => ({
  type: 'qemu',
  osType: 'hvm',
  arch: 'x86_64',
  machine: 'q35',
  emulator,
  capabilities: CAPABILITIES,
});

/** libvirt that finds no program but its own: SYSTEM_ERROR (38) of the QEMU driver (10). */
const libvirtWithout = (missing: string) => ({
  domainCapabilitiesXml: async ({ emulator }: { readonly emulator?: string }): Promise<string> => {
    if (emulator !== missing) return '<domainCapabilities/>';
    const message = `Cannot check QEMU binary ${missing}: No such file or directory`;
    throw new LibvirtError('virConnectGetDomainCapabilities', { code: 38, domain: 10, message });
  },
});

describe('an emulator that libvirt cannot use', () => {
  it('is a problem of --boot emulator= and keeps nothing else from being checked', async () => {
    const refusals = new Refusals();
    const facts = await askLibvirt(libvirtWithout('/nope'), runBy('/nope'), refusals);
    expect(facts.firmwareEfi).toBe(false);
    expect(refusals.problems).toMatchObject([{ where: '--boot emulator=/nope' }]);
    expect(refusals.problems[0]?.problem).toContain('No such file');
  });

  it("stays an error where it is libvirt's own", async () => {
    const asked = askLibvirt(libvirtWithout(QEMU), runBy(QEMU), new Refusals());
    await expect(asked).rejects.toBeInstanceOf(LibvirtError);
  });
});
