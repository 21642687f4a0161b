import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, expect, it } from 'vitest';
import type { LintRequest } from '../../../src/build/lint-install-script.ts';
import { lintInstallScript } from '../../../src/build/lint-install-script.ts';
import { gibibytes } from '../../../src/foundation/size.ts';
import { MISSING } from '../../../src/install-script/lint/lint-rule.ts';
import type { BuildOverrides } from '../../../src/spec/build-overrides.ts';
import { resolveSpec } from '../../../src/spec/resolve-spec.ts';

const projectDir = join(import.meta.dirname, '../../..');
let cwd: string;
beforeAll(async () => {
  cwd = await mkdtemp(join(tmpdir(), 'kiln-lint-'));
  await writeFile(join(cwd, 'small.yaml'), 'base: debian-13-jeos\nmemory: 64MiB\ndisk: {size: 1GiB}\n');
  await writeFile(join(cwd, 'odd.yaml'), 'base: debian-13-jeos\nscript: a.preseed\nvariables: {nope: 1}\n');
  const mixed = 'base: debian-13-jeos\nmedia: [{cdrom: a.iso}, {location: b.iso}]\n';
  await writeFile(join(cwd, 'mixed.yaml'), mixed);
  await writeFile(join(cwd, 'a.preseed'), 'd-i mirror/suite string trixie\n');
  await writeFile(join(cwd, 'a.ks'), '# kiln: os=rhel9\ntext\nlang C\npoweroff\n');
  await writeFile(join(cwd, 'b.ks'), 'text\nlang C\npoweroff\n');
  await writeFile(join(cwd, 'a.sh'), '#!/bin/sh\n# kiln: os=debian13\npoweroff\n');
});
afterAll(() => rm(cwd, { recursive: true, force: true }));

async function refusedOf(request: LintRequest) {
  const { findings } = await lintInstallScript(request, { cwd, projectDir });
  return findings
    .filter(({ rule }) => rule === 'spec.invalid' || rule === 'script.wrong-kind')
    .map(({ rule, severity, line, message, mendable, where = '' }) => {
      expect({ severity, line, mendable }).toEqual({ severity: 'error', line: MISSING, mendable: false });
      return [rule, `${where}: ${message}`] as const;
    });
}

const TREE = 'http://mirror.example/tree/';
const REFUSED: readonly (readonly [string, LintRequest, BuildOverrides, string, RegExp])[] = [
  [
    'a mistyped variable',
    { target: 'debian-13-jeos', variables: { locael: 'C' } },
    { variables: ['locael=C'] },
    'spec.invalid',
    /^--var: no \{\{locael\}\} stands in .*jeos\.preseed\. Did you mean "locale"\? It asks for .*[^.]$/,
  ],
  [
    'a variable that the script does not take',
    { target: 'rhel-5', variables: { proxy: 'http://p:3128' } },
    { variables: ['proxy=http://p:3128'] },
    'spec.invalid',
    /^--var: no \{\{proxy\}\} stands in /,
  ],
  [
    'the same of a script by itself',
    { target: 'a.ks', variables: { proxy: 'http://p:3128' } },
    { variables: ['proxy=http://p:3128'] },
    'spec.invalid',
    /^--var: no \{\{proxy\}\} stands in a\.ks\. It asks for none$/,
  ],
  [
    'a variable of the template itself',
    { target: './odd.yaml' },
    {},
    'spec.invalid',
    /^odd\.yaml:3:19 variables\.nope: no \{\{nope\}\} stands in a\.preseed/,
  ],
  [
    "a template's script of the wrong kind",
    { target: 'debian-13-jeos', os: 'fedora42' },
    { os: 'fedora42' },
    'script.wrong-kind',
    /install script .*preseed is preseed, and the installer of Fedora 42 reads kickstart$/,
  ],
  [
    'a script of the wrong kind',
    { target: 'a.preseed', os: 'fedora42' },
    { os: 'fedora42' },
    'script.wrong-kind',
    /install script .*preseed is preseed, and the installer of Fedora 42 reads kickstart$/,
  ],
  [
    'a program for an installer that Kiln boots itself',
    { target: 'a.sh' },
    {},
    'script.wrong-kind',
    /install script .* is user-script, and the installer of Debian 13/,
  ],
  [
    'a disk too small for the system',
    { target: 'a.ks', diskSize: gibibytes(2) },
    { disk: 'size=2' },
    'spec.invalid',
    /^--disk: 2\.0 GiB is too small; .* needs /,
  ],
];

it.each(REFUSED)('%s is a finding, as a plan refuses it', async (_what, request, overrides, rule, says) => {
  expect(await refusedOf(request)).toEqual([[rule, expect.stringMatching(says)]]);
  const { target } = request;
  const templateDir = join(projectDir, 'vm-templates');
  const media = target.startsWith('debian') ? {} : { location: TREE };
  await expect(
    resolveSpec({ target, overrides: { ...media, ...overrides }, cwd, templateDir }),
  ).rejects.toMatchObject({ code: rule });
});

it("a template's memory and disk are told with their place", async () => {
  expect(await refusedOf({ target: './small.yaml' })).toEqual([
    ['spec.invalid', expect.stringMatching(/^small\.yaml:2:9 memory: 64\.0 MiB is too little; /)],
    ['spec.invalid', expect.stringMatching(/^small\.yaml:3:14 disk\.size: 1\.0 GiB is too small; /)],
  ]);
  const larger = await refusedOf({ target: './small.yaml', diskSize: gibibytes(8) });
  expect(larger).toEqual([['spec.invalid', expect.stringContaining('memory')]]);
});

it('what nobody told is not checked', async () => {
  expect(await refusedOf({ target: 'rocky-9' })).toEqual([]);
  expect(await refusedOf({ target: 'a.sh', os: 'rhel9' })).toEqual([]);
  expect(await refusedOf({ target: 'b.ks', diskSize: gibibytes(1) })).toEqual([]);
});

it('media of different kinds are a finding, as a plan refuses them', async () => {
  const told = /^mixed\.yaml:2:\d+ media: all entries must be of one kind/;
  expect(await refusedOf({ target: './mixed.yaml' })).toEqual([
    ['spec.invalid', expect.stringMatching(told)],
  ]);
  const templateDir = join(projectDir, 'vm-templates');
  await expect(
    resolveSpec({ target: './mixed.yaml', overrides: {}, cwd, templateDir }),
  ).rejects.toMatchObject({
    code: 'spec.invalid',
    message: expect.stringContaining('all entries must be of one kind'),
  });
});
