import { expect, test } from 'vitest';
import { cpuLevelProblems } from '../../../../src/build/machine/cpu-problems.ts';
import type { HostFacts } from '../../../../src/host/host-facts.ts';

const host = { qemuVersion: '7.2.0', cpuLevel: 'x86-64-v2' } as HostFacts;
const URI = 'qemu:///session';

function machine(cpu: string, os = 'http://rockylinux.org/rocky/9', type = 'qemu'): string {
  const metadata = `<metadata><libosinfo:libosinfo xmlns:libosinfo="x"><libosinfo:os id="${os}"/></libosinfo:libosinfo></metadata>`;
  return `<domain type="${type}"><name>a</name>${metadata}<memory>1</memory><os><type arch="x86_64">hvm</type></os>${cpu}<devices/></domain>`;
}

const custom = (model: string): string => `<cpu mode="custom"><model>${model}</model></cpu>`;
const problemsOf = (xml: string, uri = URI, media?: { osId?: string; arch?: string }) =>
  cpuLevelProblems(uri, xml, { host, media: media as never });

test('a CPU below what the system needs is told with its option', () => {
  expect(problemsOf(machine(custom('qemu64')))).toEqual([
    {
      where: '--cpu',
      problem: expect.stringMatching(/^Rocky Linux 9 needs a CPU of level x86-64-v2, and qemu64 lacks /),
      code: 'spec.cpu-level',
    },
  ]);
  expect(problemsOf(machine(custom('Nehalem')))).toEqual([]);
  const rocky10 = machine('<cpu mode="host-passthrough"/>', 'http://rockylinux.org/rocky/10', 'kvm');
  expect(problemsOf(rocky10)[0]?.problem).toContain('x86-64-v3');
});

test('the media tell the system before the command line does', () => {
  expect(problemsOf(machine(custom('qemu64')), URI, { osId: 'debian13' })).toEqual([]);
  expect(problemsOf(machine(custom('Nehalem')), URI, { osId: 'rocky10' })).toHaveLength(1);
});

test('what nobody named, a mode on another host and an unknown system are not checked', () => {
  expect(problemsOf(machine(''))).toEqual([]);
  const rocky10 = machine('<cpu mode="host-passthrough"/>', 'http://rockylinux.org/rocky/10', 'kvm');
  expect(problemsOf(rocky10, 'qemu+ssh://elsewhere/system')).toEqual([]);
  expect(problemsOf(machine(custom('qemu64'), 'http://nobody.example/x/1'))).toEqual([]);
});
