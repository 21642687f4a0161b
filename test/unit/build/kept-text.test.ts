import { expect, it } from 'vitest';
import { lookAtGuest } from '../../../src/build/failure-choice.ts';
import { keptText } from '../../../src/build/kept-text.ts';

const URI = 'qemu:///system';
const kept = {
  buildId: '0123abcd',
  work: '/builds/x/.kiln-work-0123abcd',
  logs: '/builds/x/logs',
  domains: [`kiln-a'"$(touch x)`, 'plain'],
  uri: URI,
  privateDaemon: false,
};

const guest = { uri: URI, domain: kept.domains[0] ?? '', buildId: kept.buildId };

it('shows commands that a shell takes as they are meant', () => {
  const quoted = `'kiln-a'\\''"$(touch x)'`;
  const text = keptText(kept);
  expect(text).toContain(`(virsh -c ${URI} dumpxml ${quoted})`);
  expect(text).toContain(`(virsh -c ${URI} dumpxml plain)`);
  expect(text).toMatch(/clean 0123abcd` removes all of it, and the build's results/);
  const look = lookAtGuest(guest);
  expect(look).toContain(`virsh -c ${URI} console ${quoted}\n`);
  // Whoever wants to look at the guest wants to read its logs when it is gone.
  expect(look).toMatch(/end it: .* destroy .*logs.*stay/);
  expect(look).toMatch(/remove it: .* clean 0123abcd .*logs/);
  expect(look).toContain(`virt-viewer -c ${URI} --attach ${quoted}\n`);
});

it('names no viewer where the guest has no VNC screen, and says why', () => {
  const look = lookAtGuest({ ...guest, lacksVnc: true });
  expect(look).not.toContain('virt-viewer');
  expect(look).toMatch(/VNC: +none, since this host's QEMU was built without it/);
});

it('names no libvirtd that has ended with Kiln', () => {
  const text = keptText({ ...kept, uri: 'qemu+unix:///system?socket=/run/x', privateDaemon: true });
  expect(text).not.toContain('virsh');
  expect(text).toContain('the domain plain (its XML is in /builds/x/logs)');
  expect(text).toContain(kept.work);
});
