import { expect, test } from 'vitest';
import { definitionProblems } from '../../../../src/build/machine/definition-problems.ts';
import { originOf } from '../../../../src/build/machine/origin-of.ts';
import { LIBVIRT_ERRORS, LibvirtError } from '../../../../src/libvirt/libvirt-error.ts';
import { parseVirtInstall } from '../../../../src/virt-install/parse-command-line.ts';
import { FakeLibvirt } from '../../../fakes/fake-libvirt.ts';

const refusing = (code: number) =>
  new FakeLibvirt({
    failure: () => new LibvirtError('virConnectDomainXMLToNative', { code, domain: 10, message: "no 'x'" }),
  });
const FINAL = '<domain><name>a</name></domain>';

test('both phases are shown to libvirt, and what it says of both is told once', async () => {
  const connection = refusing(LIBVIRT_ERRORS.xml);
  const machine = { install: '<domain><name>b</name></domain>', final: FINAL };
  expect(await definitionProblems(connection, machine, () => '--numatune nodeset')).toEqual([
    { where: '--numatune nodeset', problem: "libvirt refuses it: no 'x'" },
  ]);
  expect(connection.calls).toHaveLength(2);
});

test('what no option said is told of the whole XML; of a TPM with the remedy', async () => {
  const message = "TPM version '2.0' is not supported";
  const error = new LibvirtError('', { code: LIBVIRT_ERRORS.xml, domain: 10, message });
  const told = await definitionProblems(
    new FakeLibvirt({ failure: () => error }),
    { final: FINAL },
    () => undefined,
  );
  expect(told).toEqual([
    {
      where: 'The finished XML',
      problem: expect.stringMatching(/refuses it: TPM .*; install swtpm.*--tpm none/),
    },
  ]);
});

test('a host that cannot answer refuses nothing; a connection that is gone is no answer', async () => {
  expect(await definitionProblems(refusing(LIBVIRT_ERRORS.internal), { final: FINAL }, () => '')).toEqual([]);
  const lost = new FakeLibvirt({ failure: () => new Error('gone') });
  await expect(definitionProblems(lost, { final: FINAL }, () => '')).rejects.toThrow('gone');
});

const NO_EMULATOR = 'Cannot check QEMU binary /no/qemu: No such file or directory';

test('an emulator that is none is refused, although libvirt does not blame the XML', async () => {
  const error = new LibvirtError('', {
    code: LIBVIRT_ERRORS.internal,
    domain: 10,
    message: `${NO_EMULATOR}\n`,
  });
  const told = await definitionProblems(
    new FakeLibvirt({ failure: () => error }),
    { final: FINAL },
    () => '--boot emulator',
  );
  expect(told).toEqual([{ where: '--boot emulator', problem: `libvirt refuses it: ${NO_EMULATOR}` }]);
});

test('a card passed through, which would end libvirt 9.0, and volumes to be made are not asked about', async () => {
  const asked: string[] = [];
  const devices = [
    "<disk type='volume'><source pool='new' volume='a'/></disk><disk type='file'/>",
    "<interface type='hostdev'/><interface type='user'/><hostdev mode='subsystem'/>",
  ];
  const final = `<domain><uuid>none</uuid><devices>${devices.join('')}</devices></domain>`;
  const checkDomainXml = async (xml: string): Promise<void> => void asked.push(xml);
  await definitionProblems({ checkDomainXml }, { final }, () => undefined);
  expect(asked.map((xml) => xml.match(/<\w+[^>]*>/g))).toEqual([
    ['<domain>', '<devices>', '<disk type="file"/>', '<interface type="user"/>'],
  ]);
});

test.each([
  ['--cpuset=1e400', "Failed to parse bitmap '1e400'", '--cpuset 1e400'],
  ['--numatune x --vcpus 2', "Failed to parse bitmap 'x'", '--numatune memory.nodeset'],
  ['--sysinfo bios.date=x', "Invalid BIOS 'date' format", '--sysinfo bios.date'],
  [
    '--seclabel label=foo --panic isa',
    "Invalid value for attribute 'type' in element 'seclabel': 'foo'.",
    '--seclabel label',
  ],
  ['--xml ./a=b', "Invalid value 'b'", '--xml ./a=b'],
  ['--xml ./on_crash=foo', 'unknown on_crash action: foo', '--xml ./on_crash=foo'],
  ['--xml ./name=../../evil', "XML error: name ../../evil cannot contain '/'", '--xml ./name=../../evil'],
  ['--xml ./a=foo --xml ./b=foo', 'unknown action: foo', undefined],
  ['--numatune x --vcpus 2,cpuset=x', "Failed to parse bitmap 'x'", undefined],
  ['--vcpus 2', "Something about 'machine'", undefined],
  ['--vcpus 4096', 'Maximum CPUs greater than specified machine type limit 255', '--vcpus 4096'],
  ['--vcpus 99999999999', 'XML error: maximum vcpus count must be an integer', '--vcpus 99999999999'],
  ['--metadata title=a', "XML error: Domain title can't contain newlines", '--metadata title'],
  ['--xml ./devices/emulator=/no/qemu', NO_EMULATOR, '--xml ./devices/emulator=/no/qemu'],
  ['--boot emulator=/no/qemu', NO_EMULATOR, '--boot emulator'],
  ['--cpu Nehalem,+aess', 'unsupported configuration: unknown CPU feature: aess', '--cpu Nehalem,+aess'],
  ['--tpm emulator', "unsupported configuration: TPM version '2.0' is not supported", '--tpm emulator'],
])('%s: %s', (words, message, expected) => {
  const command = parseVirtInstall(words.split(' '));
  if (command.kind !== 'run') throw new Error(`not a build: ${command.kind}`);
  expect(originOf(message, command.options)).toBe(expected);
});
