import { execFileSync } from 'node:child_process';
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, expect, it } from 'vitest';
import type { BuildEvent } from '../../src/build/build-events.ts';
import { processesNaming } from '../support/build-sandbox.ts';
import { textIn } from '../support/image-files.ts';
import { launchKiln, ONE_VCPU } from '../support/launched-kiln.ts';

/**
 * Debian 13 through the iPXE ISO: installer, script and every package over HTTP from the tree that Kiln assembles. By BIOS it is
 * fed a kickstart file, the second way to answer debian-installer (kickseed); by preseed it is installed in debian-13.test.ts.
 */
const PASSWORD = 'a "pass" phrase for $1';

let folder: string;
beforeAll(() => {
  folder = mkdtempSync(join(tmpdir(), 'kiln-e2e-ipxe-'));
  writeFileSync(join(folder, 'password'), `${PASSWORD}\n`, { mode: 0o600 });
});
afterAll(() => rmSync(folder, { recursive: true, force: true }));

type Run = { readonly code: number; readonly events: readonly BuildEvent[] };

/** Runs the launcher as a user would, and interrupts it once `enough` says so of an event. */
async function kiln(
  args: readonly string[],
  enough: (event: BuildEvent) => boolean = () => false,
): Promise<Run> {
  const { code, lines } = await launchKiln(folder, [...args, ...ONE_VCPU, '--json'], (line) =>
    enough(JSON.parse(line) as BuildEvent),
  );
  return { code, events: lines.map((line) => JSON.parse(line) as BuildEvent) };
}

const details = (events: readonly BuildEvent[]): string[] =>
  events.flatMap((event) => (event.type === 'stage-progress' ? [event.detail] : []));

/** A second try of tests so long would take the time of all others. */
const ONCE = { retry: 0 };
const THROUGH_IPXE = ['--location', 'debian-offline:trixie', '--ipxe'];

it('./kiln build debian-13-ks --ipxe installs by kickstart, and the result boots', ONCE, async () => {
  const how = ['--root-password-file', 'password', '--format', 'raw', '--output', 'image'];
  const { code, events } = await kiln(['build', 'debian-13-ks', ...THROUGH_IPXE, ...how]);
  expect(code, JSON.stringify(events.at(-1))).toBe(0);
  const read = (...path: string[]): string => readFileSync(join(folder, 'image', ...path), 'utf8');
  expect(JSON.parse(read('manifest.json'))).toMatchObject({
    name: 'debian-13-ks',
    outcome: { kind: 'completed', detail: 'power-off' },
    verification: { os: { id: 'debian', versionId: '13' } },
    bootCheck: { result: 'passed' },
  });
  const fetched = read('logs', 'http-access.log');
  for (const path of ['/boot.ipxe', '/linux', '/initrd', '/tree/dists/trixie/Release']) {
    expect(fetched).toContain(`GET ${path} 200`);
  }
  expect(fetched.match(/GET \/tree\/pool\/\S+\.deb 200/g)?.length).toBeGreaterThan(100);
  // It has the network, so it sends its log; the plan that is kept has the line of this guest but for the addresses.
  expect(read('logs', 'syslog.log')).toContain('debootstrap');
  expect(JSON.parse(read('logs', 'plan.json')).kernelArguments).toEqual(
    expect.arrayContaining(['mirror/http/hostname=10.0.2.2:<port>', 'mirror/http/directory=/<secret>/tree']),
  );
  // Not from a drive: the install's only CD was the iPXE ISO, and the finished machine has none.
  expect(read('logs', 'domain-install.xml').match(/device="cdrom"/g)).toHaveLength(1);
  expect(read('logs', 'domain-final.xml')).not.toContain('device="cdrom"');
  const disk = join(folder, 'image/debian-13-ks.img');
  expect(await textIn(disk, '/etc/hostname')).toBe('debian-13-ks\n');
  expect(await textIn(disk, '/etc/machine-id')).toBe('');
  const hash = /^root:([^:]+):/m.exec((await textIn(disk, '/etc/shadow')) ?? '')?.[1] ?? '';
  expect(hash).toMatch(/^\$y\$/);
  const program = 'my $p = <STDIN>; print crypt($p, $ARGV[0])';
  expect(execFileSync('perl', ['-e', program, hash], { input: PASSWORD, encoding: 'utf8' })).toBe(hash);
  expect(processesNaming(folder)).toEqual([]);
});

it('./kiln build debian-13 --ipxe --firmware uefi comes to the installer', ONCE, async () => {
  const atInstaller = (event: BuildEvent): boolean =>
    event.type === 'stage-progress' && event.detail === 'Detecting network hardware';
  const { code, events } = await kiln(
    ['build', 'debian-13', ...THROUGH_IPXE, '--firmware', 'uefi', '--output', 'uefi'],
    atInstaller,
  );
  expect(details(events), JSON.stringify(events.at(-1))).toEqual(
    expect.arrayContaining([
      'fetching boot.ipxe',
      'fetching initrd',
      'iPXE: starting the installer',
      'Detecting network hardware',
    ]),
  );
  expect(code).toBe(130);
  expect(processesNaming(folder)).toEqual([]);
});
