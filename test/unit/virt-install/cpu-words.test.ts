import { expect, test } from 'vitest';
import { childOf, writeXml } from '../../../src/foundation/xml-node.ts';
import { GENERIC_OS } from '../../../src/osinfo/os-facts.ts';
import { guestXml } from '../../../src/virt-install/guest-xml.ts';
import { parseVirtInstall } from '../../../src/virt-install/parse-command-line.ts';
import { factsOf } from '../../support/virt-install-hosts.ts';

const WORDS = ['--name', 'a', '--memory', '512', '--import', '--osinfo', 'generic'];

function cpuOf(value: string): string | undefined {
  const command = parseVirtInstall([...WORDS, '--disk', 'none', '--cpu', value]);
  if (command.kind !== 'run') throw new Error(`it asks for ${command.kind}`);
  const { final } = guestXml(command.options, factsOf('kvm', GENERIC_OS));
  const cpu = childOf(final, 'cpu');
  return cpu && writeXml(cpu).trim();
}

test.each([
  ['host-model', '<cpu mode="host-model"/>'],
  ['maximum', '<cpu mode="maximum"/>'],
  ['host-passthrough', '<cpu mode="host-passthrough"/>'],
])('%s is a mode, no model', (word, xml) => {
  expect(cpuOf(word)).toBe(xml);
});
