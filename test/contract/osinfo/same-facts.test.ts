import { describe, expect, it } from 'vitest';
import { lookUpOs } from '../../../src/osinfo/look-up-os.ts';
import type { OsFacts, Resources } from '../../../src/osinfo/os-facts.ts';
import { openOsinfoDb } from '../../../src/osinfo/osinfo-db.ts';
import { startVirtInstall } from '../../support/run-virt-install.ts';

const amounts = (list: readonly Resources[]): Readonly<Record<string, readonly number[]>> =>
  Object.fromEntries(
    list.map(({ arch, ramBytes = -1, processors = -1, storageBytes = -1 }) => [
      arch,
      [ramBytes, processors, storageBytes],
    ]),
  );

/** libosinfo also lists architectures of which it knows nothing. */
const known = (amountsOf: unknown): unknown =>
  Object.fromEntries(
    Object.entries(amountsOf as Record<string, number[]>).filter(([, row]) =>
      row.some((amount) => amount !== -1),
    ),
  );

function asLibosinfo(os: OsFacts): unknown {
  const firmware = os.firmware.map(({ arch, type, supported }) => [arch, type, supported]);
  return {
    id: os.fullId,
    family: os.family,
    distro: os.distro,
    devices: [...os.devices].sort(),
    minimum: amounts(os.minimum),
    recommended: amounts(os.recommended),
    networkInstall: known(amounts(os.networkInstall)),
    firmware: firmware.sort((a, b) => (String(a) < String(b) ? -1 : 1)),
    sourceArgument: os.sourceArgument ?? null,
    relatedToRhel6: os.lineage.includes('rhel6.0'),
  };
}

describe('the facts of operating systems', () => {
  it('are those libosinfo itself gives, for every system it knows', async () => {
    const virtInstall = startVirtInstall();
    const systems = await virtInstall.systems();
    await virtInstall.close();
    const db = openOsinfoDb(['/usr/share/osinfo']);
    expect(Object.keys(systems).length).toBeGreaterThan(500);
    for (const [name, theirs] of Object.entries(systems)) {
      const os = lookUpOs(db, name);
      const expected = { ...theirs, networkInstall: known(theirs.networkInstall) };
      expect(os && asLibosinfo(os), name).toEqual(expected);
    }
  });

  it('give a system newer than the database the hardware of its nearest relative', () => {
    const db = openOsinfoDb(['/usr/share/osinfo']);
    const names = ['debian13', 'fedora42', 'centos-stream10', 'rhel10.0', 'ubuntu24.04', 'opensuse15.6'];
    for (const name of names) {
      const os = lookUpOs(db, name);
      expect(os?.shortId, name).toBe(name);
      expect(os?.devices, name).toContain('http://pcisig.com/pci/1af4/1041');
      expect(os?.recommended.length ?? 0, name).toBeGreaterThan(0);
    }
    expect(lookUpOs(db, 'debian999x')).toBeUndefined();
  });

  it.each(['rhel9.3', 'rocky8.3'])('give %s nothing of a release that came after it', (name) => {
    const { standsFor = '' } = lookUpOs(openOsinfoDb(['/usr/share/osinfo']), name) ?? {};
    expect(Number(standsFor.replace(/^\D+/, ''))).toBeLessThan(Number(name.replace(/^\D+/, '')));
  });

  it.each([
    ...['debian111', 'debian99', 'fedora999', 'ubuntu99.04', 'rhel8.99', 'rhel77', 'almalinux88'],
    ...['debian-13', 'fedora-42', 'Debian13', 'centos-stream-10', 'opensuse-leap-15.6'],
  ])('are none of %s, which is no name of a release to come', (name) => {
    expect(lookUpOs(openOsinfoDb(['/usr/share/osinfo']), name)).toBeUndefined();
  });
});
