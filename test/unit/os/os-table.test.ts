import { readdirSync, readFileSync } from 'node:fs';
import { resolve } from 'node:path';
import { describe, expect, it } from 'vitest';
import { z } from 'zod';
import { parseSize } from '../../../src/foundation/size.ts';
import { INSTALLER_FAMILIES } from '../../../src/media/install-media.ts';
import { findOs, findOsBySuite } from '../../../src/os/find-os.ts';
import { dialectOf, installerArguments, joinArguments } from '../../../src/os/kernel-arguments.ts';
import { CPU_LEVELS, KERNEL_DIALECTS, PASSWORD_HASHES } from '../../../src/os/operating-system.ts';
import { OPERATING_SYSTEMS } from '../../../src/os/os-table.ts';
import { FIRMWARES } from '../../../src/spec/build-spec.ts';
import { SCRIPT_KINDS } from '../../../src/spec/words.ts';

const folder = resolve(import.meta.dirname, '../../../os-table');
const size = z.string().refine((text) => parseSize(text) > 0);
const date = z.iso.date();
const pattern = z.string().refine((text) => text.startsWith('^') && new RegExp(text, 'i'));
const path = z.string().regex(/^[\w.-]+(\/[\w.-]+)*$/);
const shared = {
  installers: z
    .array(
      z.strictObject({
        family: z.enum(INSTALLER_FAMILIES),
        dialect: z.enum(KERNEL_DIALECTS),
        scriptKinds: z.array(z.enum([...SCRIPT_KINDS])).min(1),
      }),
    )
    .min(1),
  architectures: z.array(z.string()).min(1),
  bootFiles: z.array(
    z.strictObject({
      media: z.enum(['iso', 'tree']),
      arch: z.string().optional(),
      kernel: path,
      initrd: path,
    }),
  ),
  minimumMemory: size,
  minimumMemoryNetwork: size.optional(),
  minimumDisk: size,
  cpuLevel: z.enum(CPU_LEVELS),
  passwordHash: z.enum(PASSWORD_HASHES).optional(),
  firmware: z.array(z.enum(FIRMWARES)).min(1),
  firstBootQuirks: z.array(z.string().endsWith('.')).optional(),
  emulationQuirks: z.array(z.strictObject({ disable: z.string(), why: z.string() })).optional(),
};
const system = z.strictObject({
  ...z.object(shared).partial().shape,
  id: z.string().regex(/^[a-z][a-z0-9.-]*$/),
  title: z.string(),
  version: z.string().optional(),
  aliases: z.array(z.string().regex(/^[a-z0-9.-]+$/)).optional(),
  suites: z.array(z.string()).optional(),
  template: z.string().optional(),
  released: date.optional(),
  endOfLife: date.optional(),
  internal: z.boolean().optional(),
});
const file = z.strictObject({
  distribution: z.string(),
  names: z.array(pattern).min(1),
  idPrefix: z.string(),
  versionParts: z.number().int(),
  defaults: z.strictObject(shared),
  generic: z.array(system),
  systems: z.array(system).min(1),
});

describe('the table of operating systems', () => {
  it.each(readdirSync(folder))('%s has the form docs/os.md describes', (name) => {
    expect(() => file.parse(JSON.parse(readFileSync(resolve(folder, name), 'utf8')))).not.toThrow();
  });

  it('names every system and alias once', () => {
    const words = OPERATING_SYSTEMS.flatMap(({ id, aliases }) => [id, ...aliases]);
    expect(new Set(words).size).toBe(words.length);
  });

  it('names templates that exist', () => {
    const files = readdirSync(new URL('../../../vm-templates/', import.meta.url));
    for (const { template } of OPERATING_SYSTEMS) if (template) expect(files).toContain(`${template}.yaml`);
  });

  it('has dates that can be, and never less memory for the network', () => {
    for (const os of OPERATING_SYSTEMS) {
      if (os.released && os.endOfLife) expect(os.released < os.endOfLife, os.id).toBe(true);
      expect(os.minimumMemoryNetwork, os.id).toBeGreaterThanOrEqual(os.minimumMemory);
    }
  });

  it.each([
    ['debian13', 'debian13'],
    ['Debian-13', 'debian13'],
    ['trixie', 'debian13'],
    ['debian10', 'debian'],
    ['fedora39', 'fedora'],
    ['fedora42', 'fedora42'],
    ['opensuse15.6', 'opensuse15.6'],
    ['opensuse15.5', 'opensuse'],
    ['rhel9.4', 'rhel9'],
    ['rhel9-unknown', 'rhel9'],
    ['rhel10.1', 'rhel10'],
    ['rhel6', 'rhel6.4'],
    ['rhel6.10', 'rhel6.4'],
    ['rhel7.9', 'rhel'],
    ['centos7.0', 'centos'],
    ['centos-stream9', 'centos-stream9'],
    ['sles15sp6', 'sles15'],
    ['ubuntu24.04.1', 'ubuntu24.04'],
    ['ubuntu26.04', 'ubuntu'],
    ['debiantesting', undefined],
    ['', undefined],
    ['constructor', undefined],
  ])('finds %j as %j', (word, id) => expect(findOs(word)?.id).toBe(id));

  it('finds a suite', () => {
    expect(findOsBySuite('Trixie')?.id).toBe('debian13');
    expect(findOsBySuite('focal')?.id).toBe('ubuntu20.04');
    expect(findOsBySuite('sid')).toBeUndefined();
  });
});

describe('kernel arguments', () => {
  it.each([
    ['fedora43', 'kickstart', 'inst.ks=file:/ks.cfg'],
    ['fedora17', 'kickstart', 'ks=file:/ks.cfg'],
    ['rhel5.9', 'kickstart', 'cmdline'],
    ['ubuntu20.04', 'preseed', 'priority=critical'],
    ['ubuntu20.04', 'autoinstall', 'autoinstall'],
    ['sles15', 'autoyast', 'autoyast=file:///autoinst.xml'],
  ] as const)('of %s for %s have %s', (id, kind, argument) => {
    const os = findOs(id);
    const dialect = os && dialectOf(os, kind);
    expect(dialect && installerArguments(dialect, { kind, inject: 'initrd' })).toContain(argument);
  });

  it('without a script are those of the usual installer', () => {
    const os = findOs('ubuntu20.04');
    expect(os && dialectOf(os, undefined)).toBe('debian-installer');
  });
});

describe('joinArguments', () => {
  it.each([
    [['a=1', 'b'], [], ['a=1', 'b']],
    [['a=1', 'b'], ['a=2'], ['b', 'a=2']],
    [['console=ttyS0,115200n8'], ['console=tty0'], ['console=ttyS0,115200n8', 'console=tty0']],
    [['console=ttyS0,115200n8'], ['console=ttyS0'], ['console=ttyS0']],
    [['quiet'], ['quiet', '---', 'x'], ['quiet', '---', 'x']],
  ])('joins %j and %j', (ours, users, all) => expect(joinArguments(ours, users)).toEqual(all));
});
