import { mkdir, mkdtemp, rm, symlink, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import type { Problem } from '../../../src/foundation/errors.ts';
import { gibibytes, mebibytes } from '../../../src/foundation/size.ts';
import type { BuildOverrides } from '../../../src/spec/build-overrides.ts';
import { readTemplateChain } from '../../../src/spec/load-template.ts';
import { resolveSpec } from '../../../src/spec/resolve-spec.ts';
import { keysAt } from '../../../src/spec/template-keys.ts';
import { templateSchema } from '../../../src/spec/template-schema.ts';
import { thrownBy } from './thrown-by.ts';

const PROJECT = fileURLToPath(new URL('../../../', import.meta.url));
const TEMPLATES = join(PROJECT, 'vm-templates');
let cwd: string;

beforeEach(async () => {
  cwd = await mkdtemp(join(tmpdir(), 'kiln-spec-'));
});
afterEach(() => rm(cwd, { recursive: true, force: true }));

const file = (name: string, text: string) => writeFile(join(cwd, name), text);
const resolve = (target: string | undefined, overrides: BuildOverrides = {}, templateDir = TEMPLATES) =>
  resolveSpec({ target, overrides, cwd, templateDir });
const problemsOf = async (promise: Promise<unknown>): Promise<readonly string[]> => {
  const error = await thrownBy(promise);
  expect(error.code).toBe('spec.invalid');
  return (error.details.problems as readonly Problem[]).map(({ where }) => where);
};

describe('the templates that come with Kiln', () => {
  it('resolves debian-13 with its base', async () => {
    const spec = await resolve('debian-13');
    expect(spec).toMatchObject({
      name: 'debian-13',
      os: 'debian13',
      memory: gibibytes(1),
      vcpus: 2,
      disk: { size: gibibytes(4), bus: 'virtio' },
      script: { kind: 'preseed', path: join(PROJECT, 'install_scripts/preseed/debian-13.preseed') },
      bootCheck: { enabled: true, pattern: 'login:', limit: 120 },
    });
    expect(spec.media.every(({ kind }) => kind === 'location')).toBe(true);
    expect(spec.templates.map(({ name }) => name)).toEqual(['debian-13', '_debian']);
  });

  it('resolves kiln-test once its media are named', async () => {
    const spec = await resolve('kiln-test', { cdrom: 'x.iso' });
    expect(spec.media).toEqual([{ kind: 'cdrom', from: join(cwd, 'x.iso') }]);
    expect(spec.script?.kind).toBe('kickstart');
  });

  it('knows the same keys for suggestions as the schema', () => {
    const shape = templateSchema('/').shape;
    expect([...keysAt([])].sort()).toEqual(Object.keys(shape).sort());
  });
});

describe('composition', () => {
  it('merges maps, replaces lists, resolves paths against the file that names them', async () => {
    await file(
      'low.yaml',
      'disk: {size: 4GiB, bus: sata}\noutputs: [raw, qcow2]\nmedia: [{cdrom: low.iso}]\nvariables: {a: 1, b: 2}\n',
    );
    await file('top.yaml', 'base: low\ndisk: {size: 8GiB}\noutputs: [vhd]\nvariables: {b: 0644}\n');
    const spec = await resolve('top.yaml');
    expect(spec.disk).toEqual({ size: gibibytes(8), bus: 'sata' });
    expect(spec.outputs).toEqual([{ format: 'vpc' }]);
    expect(spec.media[0]?.from).toBe(join(cwd, 'low.iso'));
    expect(spec.variables).toEqual({ a: '1', b: '0644' });
  });

  it('names a build after the file that is built, not after its base', async () => {
    await file('low.yaml', 'name: low-one\nmedia: [{cdrom: i}]\n');
    await file('my-variant.yaml', 'base: low\n');
    expect((await resolve('./my-variant.yaml')).name).toBe('my-variant');
    await file('named.yaml', 'base: my-variant\nname: other\n');
    expect((await resolve('./named.yaml')).name).toBe('other');
    expect((await resolve('./my-variant.yaml', { name: 'third' })).name).toBe('third');
  });

  it('keeps nothing of a lower script or secret beside a new one', async () => {
    await file('a.ks', 'text\nlang en_US\npoweroff\n');
    await file(
      'low.yaml',
      'script: {path: x.cfg, kind: preseed}\nroot-password: {file: p}\nmedia: [{cdrom: i}]\n',
    );
    await file('top.yaml', 'base: low.yaml\nscript: a.ks\nroot-password: {env: PW}\n');
    const spec = await resolve('./top.yaml');
    expect(spec.script).toEqual({ path: join(cwd, 'a.ks'), kind: 'kickstart' });
    expect(spec.rootPassword).toEqual({ env: 'PW' });
  });

  it('reports problems of all files and options together', async () => {
    await file('low.yaml', 'memroy: 1\nvcpus: 0\n');
    await file('top.yaml', 'base: low\ndisk: {bus: usb}\n');
    const where = await problemsOf(resolve('top.yaml', { memory: 'lots', name: '../x' }));
    expect(where).toEqual([
      '--name',
      '--memory',
      'top.yaml:2:13 disk.bus',
      'low.yaml:1:1 memroy',
      'low.yaml:2:8 vcpus',
      'media',
    ]);
  });

  it.each(['0x2', '2e0', '2.0', '+2', '', ' '])(
    'takes no number of processors written as %j',
    async (vcpus) => {
      expect(await problemsOf(resolve('debian-13', { vcpus }))).toEqual(['--vcpus']);
      expect((await resolve('debian-13', { vcpus: ' 3 ' })).vcpus).toBe(3);
    },
  );

  it.each(['0x2', '0x2GiB', '0b11', '1_000'])('takes no size written as %j', async (size) => {
    const given = { memory: size, disk: `size=${size}`, timeout: size };
    expect(await problemsOf(resolve('debian-13', given))).toEqual(['--disk', '--memory', '--timeout']);
  });

  it('tells what does not fit together beside what cannot be read, each under the option that was typed', async () => {
    const small = { vcpus: '0', memory: '100', disk: 'size=1', variables: ['nosuch=1'] };
    expect(await problemsOf(resolve('debian-13', small))).toEqual(['--vcpus', '--var', '--memory', '--disk']);
    const ide = resolve('debian-13', { vcpus: '0', bus: 'ide' });
    expect(await problemsOf(ide)).toEqual(['--vcpus', '--bus']);
    expect(await problemsOf(resolve('debian-13', { vcpus: '0', disk: 'size=x', os: 'nope' }))).toEqual([
      '--disk',
      '--os',
      '--vcpus',
    ]);
  });

  it('reads on in a template with a faulty key, and tells all in line order', async () => {
    await file(
      't.yaml',
      'machine: pc\nmemory: 100\ndisk: {size: 4 GiBi}\nvcpus: 0\nfirmware: uefi\nos: debian13\nmedia: [{cdrom: x}]\n',
    );
    expect(await problemsOf(resolve('t.yaml'))).toEqual([
      't.yaml:1:10 machine',
      't.yaml:2:9 memory',
      't.yaml:3:14 disk.size',
      't.yaml:4:8 vcpus',
    ]);
    expect(await problemsOf(resolve('t.yaml', { timeout: 'x', stall: '3h' }))).toContain('--timeout');
  });

  it('takes a part that could not be read for no second problem', async () => {
    await file('m.yaml', 'media: [{cdrom: x, location: y}]\nos: debian13\nmemory: 100\n');
    expect(await problemsOf(resolve('m.yaml'))).toEqual(['m.yaml:1:9 media[0]']);
    await file('s.yaml', 'script: {pth: a.ks}\nmedia: [{cdrom: x}]\n');
    expect(await problemsOf(resolve('s.yaml', { variables: ['a=b'] }))).toEqual(['s.yaml:1:10 script.pth']);
    await file('b.yaml', 'base: nowhere\n');
    expect(await problemsOf(resolve('b.yaml'))).toEqual(['b.yaml:1:7 base']);
    await file('l.yaml', 'base: [kiln-test]\nmemory: lots\n');
    expect(await problemsOf(resolve('l.yaml'))).toEqual(['l.yaml:1:7 base', 'l.yaml:2:9 memory']);
  });

  it('counts a missing script among other problems', async () => {
    await file('top.yaml', 'script: {path: gone.ks, kind: kickstart}\nmedia: [{cdrom: x}]\n');
    expect(await problemsOf(resolve('top.yaml', { memory: 'lots' }))).toEqual([
      '--memory',
      'top.yaml:1:16 script.path',
    ]);
    expect((await thrownBy(resolve('top.yaml'))).code).toBe('script.not-found');
  });

  it('loads a template alone, with the digest of each file', async () => {
    const { settings, sources } = await readTemplateChain(join(TEMPLATES, 'debian-13.yaml'), {
      cwd,
      templateDir: TEMPLATES,
    });
    expect(settings.os).toBe('debian13');
    expect(sources.every(({ sha256 }) => /^[0-9a-f]{64}$/.test(sha256))).toBe(true);
  });
});

describe("a template's word about the installer's log", () => {
  it('is over-ruled by the option', async () => {
    await file('logs.yaml', 'base: debian-13\nwatch: {syslog: true}\n');
    expect((await resolve('./logs.yaml')).syslog).toBe(true);
    expect((await resolve('./logs.yaml', { syslog: false })).syslog).toBe(false);
    expect((await resolve('debian-13')).syslog).toBeUndefined();
    await file('bad.yaml', 'base: debian-13\nwatch: {syslog: sometimes}\n');
    expect(await problemsOf(resolve('./bad.yaml'))).toEqual(['bad.yaml:2:17 watch.syslog']);
  });
});

describe("a template's own patterns", () => {
  const withPattern = (match: string) =>
    `base: debian-13\nwatch:\n  patterns:\n    - kind: error\n      match: ${match}\n      meaning: it failed\n`;

  it('know their file and line, also below another template', async () => {
    await file('below.yaml', withPattern("'^deploy: FAILED'"));
    await file('above.yaml', 'base: ./below.yaml\n');
    for (const target of ['./below.yaml', './above.yaml']) {
      expect((await resolve(target)).watchPatterns).toEqual([
        { match: '^deploy: FAILED', kind: 'error', meaning: 'it failed', where: 'below.yaml:5' },
      ]);
    }
  });

  it.each(["''", "'.*'", "'^'", "'a|'", "'(x)?'", "'.'", "'\\S|\\s'"])(
    'may not match every line: %s',
    async (match) => {
      await file('all.yaml', withPattern(match));
      const [place] = await problemsOf(resolve('./all.yaml'));
      expect(place).toMatch(/^all\.yaml:5:/);
    },
  );

  it.each(["'^a'", "'[a-z]'", "'error'"])('may match many: %s', async (match) => {
    await file('many.yaml', withPattern(match));
    expect((await resolve('./many.yaml')).watchPatterns).toHaveLength(1);
  });
});

describe('the target', () => {
  it.each(['debian-31', 'debain-13', './nothing.yaml', 'no/such/script', ''])(
    'refuses %j by code, telling what there is',
    async (target) => {
      const error = await thrownBy(resolve(target));
      expect(error.code).toBe('template.not-found');
      expect(error.message).toMatch(/There are: .*debian-13, .*kiln-test/);
    },
  );

  it.each([
    ['nope.ks', /no install script "nope\.ks"\.$/],
    ['note.ks', /Did you mean "node\.ks"\?$/],
    ['no/such/script.ks', /no folder no\/such either/],
  ])('takes %j for the name of a script, not of a template', async (target, says) => {
    await file('node.ks', 'lang C\n');
    const error = await thrownBy(resolve(target));
    expect(error.code).toBe('script.not-found');
    expect(error.message.replace(' Did you mean "node.ks"?', target === 'nope.ks' ? '' : '$&')).toMatch(says);
  });

  it('prefers a template to a file of the same name', async () => {
    await file('debian-13', 'not a template');
    expect((await resolve('debian-13')).os).toBe('debian13');
    expect((await thrownBy(resolve('./debian-13'))).code).toBe('script.unknown-kind');
  });

  it('takes the template of a script whose suite or head comment names the system', async () => {
    await file('web server.cfg', 'd-i mirror/suite string trixie\nd-i netcfg/get_hostname string x\n');
    const spec = await resolve('web server.cfg');
    expect(spec).toMatchObject({
      name: 'web-server',
      os: 'debian13',
      script: { kind: 'preseed', path: join(cwd, 'web server.cfg') },
    });
    expect(spec.media.length).toBeGreaterThan(0);
    await file('t.ks', '# a comment\n# kiln: os=kiln-test location=tree\nlang C\npoweroff\n');
    expect(await resolve('t.ks')).toMatchObject({
      os: 'kiln-test',
      media: [{ kind: 'location', from: join(cwd, 'tree') }],
    });
  });

  it('takes the install tree a script names when no template knows better', async () => {
    await file('f.ks', 'url --url="http://tree.example/os/"\nlang C\npoweroff\n');
    expect((await resolve('f.ks')).media).toEqual([{ kind: 'location', from: 'http://tree.example/os/' }]);
    await file(
      'p.cfg',
      'd-i mirror/suite string sid\nd-i mirror/http/hostname string m.example\nd-i mirror/http/directory string /debian\n',
    );
    expect((await resolve('p.cfg')).media[0]?.from).toBe(
      'http://m.example/debian/dists/sid/main/installer-amd64/',
    );
  });

  it('says what to add when nothing tells the media', async () => {
    await file('c.ks', 'cdrom\nlang C\npoweroff\n');
    const said = await thrownBy(resolve('c.ks'));
    expect(said.code).toBe('spec.no-media');
    expect(said.message).toContain('its "cdrom" command means');
    expect(said.message).toContain('name the system');
    const named = await thrownBy(resolve('c.ks', { os: 'rocky9' }));
    expect(named.code).toBe('spec.no-media');
    expect(named.message).not.toContain('--os');
    expect((await resolve('c.ks', { cdrom: 'x.iso' })).media[0]?.kind).toBe('cdrom');
  });

  it('speaks of no command the script does not have, nor of a system it names already', async () => {
    await file('k.ks', '# kiln: os=kiln-test\n# no cdrom\nlang C\npoweroff\n');
    const { message } = await thrownBy(resolve('k.ks'));
    expect(message).toBe(
      'k.ks does not tell what to install from, and the template of kiln-test names no media. Add --cdrom <iso> or --location <tree>.',
    );
    await file('l.ks', 'lang C\npoweroff\n');
    expect((await thrownBy(resolve('l.ks', { os: 'kiln-test' }))).message).toBe(
      message.replace('k.ks', 'l.ks'),
    );
  });

  it('says of a release that it has no media for which ones it has', async () => {
    await file('d.cfg', '# kiln: os=debian31\nd-i debian-installer/locale string C\n');
    const { code, message } = await thrownBy(resolve('d.cfg'));
    expect(code).toBe('spec.no-media');
    expect(message).toMatch(/no template of debian31 \(there is one of .*\bdebian13\b/);
    expect(message).not.toContain('put "# kiln: os=');
  });

  it('reports a head comment that names an unknown system', async () => {
    await file('c.ks', '# kiln: os=debain13\nlang C\npoweroff\n');
    expect(await problemsOf(resolve('c.ks', { cdrom: 'x' }))).toEqual(['c.ks "# kiln: os="']);
  });

  it('may be absent when options name media', async () => {
    const spec = await resolve(undefined, {
      location: '/isos/My Distro 1.iso',
      script: 'a.ks',
      name: undefined,
    }).catch((e: unknown) => e);
    expect(spec).toMatchObject({ code: 'script.not-found' });
    expect(await resolve(undefined, { location: '/isos/My Distro 1.iso' })).toMatchObject({
      name: 'My-Distro-1',
    });
    expect(await problemsOf(resolve(undefined))).toEqual(['media']);
  });

  it('is an autoinstall script even when its name ends in .yaml', async () => {
    await file('u.yaml', '#cloud-config\nautoinstall:\n  version: 1\n');
    expect((await resolve('u.yaml', { cdrom: 'x' })).script?.kind).toBe('autoinstall');
  });
});

describe('an imported image', () => {
  it('names the build and has its own size, unless an option or template names one', async () => {
    const spec = await resolve(undefined, { import: 'appliance.vmdk' });
    expect(spec).toMatchObject({
      name: 'appliance',
      media: [{ kind: 'import', from: join(cwd, 'appliance.vmdk') }],
    });
    expect(spec.disk).toEqual({ bus: 'virtio' });
    expect((await resolve(undefined, { import: 'a.img', disk: '20' })).disk.size).toBe(gibibytes(20));
    await file('t.yaml', 'disk: {size: 8GiB, bus: sata}\nmedia: [{import: a.img}]\n');
    expect((await resolve('t.yaml')).disk).toEqual({ size: gibibytes(8), bus: 'sata' });
  });

  it('takes nothing that only an installer would read', async () => {
    await file('a.ks', 'lang en_US\npoweroff\n');
    const given = { import: 'a.img', script: 'a.ks', rootPasswordEnv: 'PW', extraArgs: ['x'] };
    expect(await problemsOf(resolve(undefined, given))).toEqual([
      '--script',
      '--root-password-file, --root-password-env',
      '--extra-args',
    ]);
    const found = await problemsOf(resolve('debian-13', { import: 'a.img' }));
    expect(found).toEqual([expect.stringMatching(/^.*debian-13\.yaml:\d+:\d+ script$/)]);
    expect(await problemsOf(resolve('a.ks', { import: 'a.img' }))).toEqual(['script']);
    await file('a.sh', '#!/bin/sh\npoweroff\n');
    const changed = await resolve('a.sh', { import: 'a.img', rootPasswordEnv: 'PW' });
    expect(changed.script?.kind).toBe('user-script');
  });
});

describe('options', () => {
  it('reads every one in the words of virt-install', async () => {
    await file('asks.cfg', 'd-i a/b string {{greeting}}{{empty}}\n');
    const spec = await resolve('debian-13', {
      name: 'x',
      memory: '2048',
      vcpus: '4',
      cpu: 'max,-cx16,avx=on',
      disk: 'size=20,bus=sata',
      location: '/a,b.iso,kernel=k/vmlinuz,initrd=k/initrd.gz',
      checksum: `sha512:${'A'.repeat(128)}`,
      extraArgs: ['a=1 b="x y"', 'c'],
      outputs: ['qcow2,compression=zstd', 'raw,name=d.img'],
      script: 'asks.cfg',
      firmware: 'UEFI',
      network: 'none',
      variables: ['greeting=a=b "$HOME" <&> \'q\'; ../x', 'empty='],
      rootPasswordFile: 'pw',
      timeout: '90s',
      stall: '1m',
      syslog: false,
      noBootCheck: true,
    });
    expect(spec).toMatchObject({
      memory: mebibytes(2048),
      vcpus: 4,
      firmware: 'uefi',
      network: 'none',
      cpu: { model: 'maximum', features: ['-cx16', '+avx'] },
      disk: { size: gibibytes(20), bus: 'sata' },
      media: [
        {
          kind: 'location',
          from: '/a,b.iso',
          kernel: 'k/vmlinuz',
          initrd: 'k/initrd.gz',
          pin: { algorithm: 'sha512', digest: 'a'.repeat(128) },
        },
      ],
      extraArgs: ['a=1', 'b="x y"', 'c'],
      outputs: [
        { format: 'qcow2', compression: 'zstd' },
        { format: 'raw', fileName: 'd.img' },
      ],
      variables: { greeting: 'a=b "$HOME" <&> \'q\'; ../x', empty: '' },
      rootPassword: { file: join(cwd, 'pw') },
      limits: { total: 90, stall: 60, literal: ['total', 'stall'] },
      syslog: false,
      bootCheck: { enabled: false },
    });
  });

  it.each([
    ['--cdrom', { location: 'a', cdrom: 'b' }],
    ['--import', { cdrom: 'a', import: 'b' }],
    ['--media-checksum', { checksum: 'a'.repeat(64) }],
    ['--media-checksum', { cdrom: 'x', checksum: 'md5:1234' }],
    ['--root-password-env', { rootPasswordFile: 'a', rootPasswordEnv: 'B' }],
    ['--disk', { disk: 'path=/x' }],
    ['--disk', { disk: 'size=,bus=virtio' }],
    ['--format', { outputs: ['qcow2,level=9'] }],
    ['--var', { variables: ['novalue'] }],
    ['--var', { variables: ['a=b\nc'] }],
    ['--media-checksum', { cdrom: 'x', checksum: 'a\nb' }],
    ['--cpu', { cpu: 'max,cx16' }],
    ['--os', { os: 'a\nb' }],
    ['--cpu', { cpu: '-1' }],
    ['--cpu', { cpu: '-erms,+erms' }],
    ['--cpu', { cpu: 'Nehalem,+svm,SVM=on' }],
    ['--cpu', { cpu: '99999' }],
    ['--timeout', { timeout: '99999999999999999999' }],
    ['--location', { location: 'http://[' }],
    ['--location', { location: 'https://' }],
    ['--location', { location: 'file:///a%2Fb' }],
    ['--location', { location: 'file:///%zz' }],
    ['--location', { location: 'file:///a%00b' }],
    ['--timeout', { timeout: '0' }],
    ['--vcpus', { vcpus: 'two' }],
    ['--inject', { inject: 'floppy' }],
    ['--network', { network: 'bridge=br0' }],
  ] as const)('reports a bad %s', async (option, overrides) => {
    const found = await problemsOf(resolve('debian-13', overrides as BuildOverrides));
    expect(found).toContain(option === '--cdrom' ? '--location' : option);
  });

  it('says of an address without a host that it is none, not that its scheme is none', async () => {
    await expect(resolve('debian-13', { location: 'https://' })).rejects.toThrow(
      '--location: "https://" is not a URL; check how it is written',
    );
  });

  it.each(['a/b', '../up', '.hidden', '-rf', '', '  ', 'a\nb', 'a\u0000b', 'é'.repeat(33)])(
    'refuses the name %j',
    async (name) => {
      expect(await problemsOf(resolve('debian-13', { name }))).toContain('--name');
    },
  );

  it.each(['my image', "it's", '$(reboot)', 'a;b', '<x>&"', 'größe', 'a'.repeat(64), 'a..b'])(
    'allows the name %j',
    async (name) => {
      expect((await resolve('debian-13', { name })).name).toBe(name);
    },
  );

  it.each([
    ['timeout', { timeout: '20s' }, { total: 20, stall: 600, literal: ['total'] }],
    ['stall', { stall: '2h' }, { total: 3600, stall: 7200, literal: ['stall'] }],
  ] as const)(
    'leaves the other limit as it is when --%s alone is given',
    async (_option, overrides, limits) => {
      await file('l.yaml', 'media: [{cdrom: x}]\nlimits: {total: 1h, stall: 10m}\n');
      expect((await resolve('l.yaml', overrides)).limits).toEqual(limits);
    },
  );

  it('takes the limit of the boot check as it is, beside the pattern of the template', async () => {
    await file('b.yaml', 'media: [{cdrom: x}]\nboot-check: {pattern: ready, limit: 1m}\n');
    expect((await resolve('b.yaml', { bootCheckLimit: '20m' })).bootCheck).toEqual({
      enabled: true,
      pattern: 'ready',
      limit: 1200,
      limitIsLiteral: true,
    });
    // Less than what any message shows.
    expect(await problemsOf(resolve('b.yaml', { bootCheckLimit: '0.0001s' }))).toContain(
      '--boot-check-limit',
    );
    for (const overrides of [{ bootCheckLimit: 'soon' }, { bootCheckLimit: '1m', noBootCheck: true }])
      expect(await problemsOf(resolve('b.yaml', overrides))).toContain('--boot-check-limit');
  });

  it('reports every entry of an option that may be repeated', async () => {
    await file('l.yaml', 'media: [{cdrom: x}]\nscript: nope.ks\n');
    const wrong = { outputs: ['tar', 'zip'], variables: ['a', 'b c=1'], checksum: 'md5:abc', cdrom: 'x' };
    const refused = await thrownBy(resolve('l.yaml', wrong));
    expect(await problemsOf(Promise.reject(refused))).toEqual([
      ...['--media-checksum', '--format', '--format', '--var', '--var', 'l.yaml:2:9 script'],
    ]);
    expect(refused.message).toContain('"md5" is not taken; write sha256:');
  });

  it('reports every variable, a key that is doubled by its name, and aliases without end by their place', async () => {
    await file('v.yaml', 'variables: {a: "1\\n2", "b c": 3}\nvcpus: [1]\nmedia: [{cdrom: x}]\nvcpus: 2\n');
    const { message } = await thrownBy(resolve('v.yaml'));
    for (const says of [
      'v.yaml:1:16 variables.a: holds a line break',
      'v.yaml:1:24 variables.b c: "b c" is not a variable name',
      'the key vcpus stands here a second',
    ])
      expect(message).toContain(says);
    await file('n.yaml', 'vcpus: [1]\nmedia: [{cdrom: x}]\n');
    expect((await thrownBy(resolve('n.yaml'))).message).toContain('from 1 to 255, found a list');
    const level = (name: string, below: string) => `${name}: &${name} [${`*${below},`.repeat(20)}]\n`;
    await file('a.yaml', `a: &a [x]\n${level('b', 'a')}${level('c', 'b')}${level('d', 'c')}`);
    expect((await thrownBy(resolve('a.yaml'))).message).toMatch(/a\.yaml:2:8: .* without end/);
  });

  it('tells a value that no script can use by the place that gave it', async () => {
    const variables = 'variables:\n  keyboard: qwertz\n  timezone: Mars/One\n';
    await file('k.yaml', `media: [{cdrom: x}]\nscript: asks.ks\n${variables}`);
    await file('asks.ks', 'keyboard {{keyboard}}\ntimezone {{timezone}}\n');
    const refused = await thrownBy(resolve('k.yaml', { variables: ['timezone=Moon/Two'] }));
    expect(refused).toMatchObject({
      code: 'script.bad-option',
      details: {
        problems: [
          { where: '--var timezone', problem: expect.stringContaining('"Moon/Two"') },
          { where: 'k.yaml:4:13 variables.keyboard', problem: expect.stringContaining('"qwertz"') },
        ],
      },
    });
    const spelling = { '--var': 'overrides.variables' };
    const spelled = await thrownBy(resolve('k.yaml', { variables: ['timezone=Moon/Two'], spelling }));
    expect(spelled.message).toContain('overrides.variables timezone: "Moon/Two"');
  });

  it('tells each wrong variable of a template at its own key, and looks at the others', async () => {
    await file('w.yaml', 'variables:\n  packages:\n    - vim\n  locale: ??\n  1x: y\nmedia: [{cdrom: x}]\n');
    expect(await problemsOf(resolve('w.yaml'))).toEqual([
      'w.yaml:2:3 variables.packages',
      'w.yaml:4:11 variables.locale',
      'w.yaml:5:3 variables.1x',
    ]);
    await file('l.yaml', 'variables: [a]\nmedia: [{cdrom: x}]\n');
    expect((await thrownBy(resolve('l.yaml'))).message).toContain(
      'l.yaml:1:12 variables: expects a map of names',
    );
  });

  it('reports --timeout and --stall that contradict each other', async () => {
    await file('l.yaml', 'media: [{cdrom: x}]\n');
    expect(await problemsOf(resolve('l.yaml', { timeout: '20s', stall: '30s' }))).toEqual(['--stall']);
  });

  it('refuses media of a scheme that cannot be fetched, without repeating the address', async () => {
    const refused = resolve('debian-13', { cdrom: 'smb://user:pw@host/x.iso' });
    await expect(refused).rejects.toMatchObject({ message: expect.not.stringContaining('pw') });
    expect(await problemsOf(resolve('debian-13', { cdrom: 'smb://host/x.iso' }))).toEqual(['--cdrom']);
  });

  it('puts a conflict between option and template under the option', async () => {
    await file('t.yaml', 'firmware: uefi\nmedia: [{cdrom: x}]\n');
    expect(await problemsOf(resolve('t.yaml', { machine: 'pc' }))).toEqual(['--machine']);
  });

  it('refuses a variable the script does not ask for, with the nearest it does', async () => {
    await file('asks.cfg', '# {{comment}}\nd-i a/b string {{greeting}}\n');
    const given = { cdrom: 'x', script: 'asks.cfg' };
    const refused = await thrownBy(resolve(undefined, { ...given, variables: ['greting=hi', 'comment=x'] }));
    expect(refused.details.problems).toEqual([
      { where: '--var', problem: expect.stringContaining('Did you mean "greeting"?') },
      { where: '--var', problem: expect.stringContaining('no {{comment}} stands in asks.cfg') },
    ]);
    expect(await problemsOf(resolve(undefined, { cdrom: 'x', variables: ['greeting=hi'] }))).toEqual([
      '--var',
    ]);
  });

  it('names the variable whose value is refused', async () => {
    const refused = await thrownBy(resolve('debian-13', { variables: ['motto=a\nb'] }));
    expect(refused.details.problems).toEqual([
      { where: '--var', problem: 'motto holds a line break or a control character' },
    ]);
  });

  it("refuses a template's own variable that its script does not ask for", async () => {
    await file('asks.cfg', 'd-i a/b string {{greeting}}\n');
    const text = 'media: [{cdrom: x}]\nscript: asks.cfg\nvariables: {greeting: hi, locale: de_DE.UTF-8}\n';
    await file('t.yaml', text);
    const refused = await thrownBy(resolve('t.yaml'));
    expect(refused.details.problems).toEqual([
      {
        where: 't.yaml:3:35 variables.locale',
        problem: 'no {{locale}} stands in asks.cfg. It asks for greeting.',
      },
    ]);
    await file('on-debian.yaml', 'base: debian-13\nvariables: {locale: de_DE.UTF-8}\n');
    expect(await problemsOf(resolve('on-debian.yaml'))).toEqual(['on-debian.yaml:2:21 variables.locale']);
  });

  it('lets a base hold variables for other scripts, and a template for the one that another replaces', async () => {
    await file('asks.cfg', 'd-i a/b string x\n');
    await file('low.yaml', 'media: [{cdrom: x}]\nscript: asks.cfg\nvariables: {other: 1}\n');
    await file('t.yaml', 'base: low\n');
    expect((await resolve('t.yaml')).variables).toEqual({ other: '1' });
    await file('own.cfg', 'd-i a/b string {{other}}\n');
    await file('o.yaml', 'media: [{cdrom: x}]\nscript: own.cfg\nvariables: {other: 1}\n');
    expect((await resolve('o.yaml', { script: 'asks.cfg' })).variables).toEqual({ other: '1' });
  });

  it.each([
    [{ location: 'x.iso,foo=bar' }, '"foo" is not known after a location'],
    [{ location: 'x.iso,kernal=k,initrd=i' }, 'Did you mean "kernel"?'],
    [{ outputs: ['vhd,compression=zstd'] }, 'not for vhd'],
    [{ outputs: ['vh'] }, '"vhd"'],
    [{ outputs: ['raw,name=manifest.json'] }, "a file of Kiln's own"],
    [{ outputs: ['raw,name=sha256sums'] }, "a file of Kiln's own"],
    [{ outputs: ['raw,name=SHA512SUMS'] }, "a file of Kiln's own"],
    [{ outputs: ['raw,name=logs'] }, "a file of Kiln's own"],
    [{ outputs: ['raw,name=.kiln-work'] }, "a file of Kiln's own"],
    [{ outputs: [`raw,name=${'é'.repeat(128)}`] }, 'longer than 255 bytes'],
    [{ outputs: ['vmdk,kind=partition'] }, 'a partition image is qcow2 or raw'],
    [{ outputs: ['raw,kind=partion'] }, 'Did you mean "partition"?'],
    [{ outputs: ['raw,kind=partition', 'qcow2,kind=partition'] }, 'one partition image'],
  ] as const)('answers %j in the words of the command line', async (given, says) => {
    const refused = await thrownBy(resolve('debian-13', given));
    expect((refused.details.problems as readonly Problem[])[0]?.problem).toContain(says);
  });

  it('reads partition images, in words and maps', async () => {
    const asked = { outputs: ['qcow2', 'qcow2,kind=partition', 'raw,kind=whole-disk'] };
    const outputs = [{ format: 'qcow2' }, { format: 'qcow2', imageKind: 'partition' }, { format: 'raw' }];
    expect((await resolve('debian-13', asked)).outputs).toEqual(outputs);
    await file('p.yaml', 'media: [{cdrom: x}]\noutputs: [qcow2, {format: qcow2, kind: partition}, raw]\n');
    expect((await resolve('p.yaml')).outputs).toEqual(outputs);
  });

  it('keeps commas and equals signs of an address', async () => {
    const spec = await resolve('debian-13', { location: 'http://mirror.example/?a=1,b=2' });
    expect(spec.media[0]?.from).toBe('http://mirror.example/?a=1,b=2');
  });

  it('says of a target that is no file what it is', async () => {
    await mkdir(join(cwd, 'folder.yaml'));
    await mkdir(join(cwd, 'folder.ks'));
    await symlink('loop', join(cwd, 'loop'));
    for (const [target, what] of [
      ['folder.yaml', 'is a folder'],
      ['loop', 'symbolic links go round in a circle'],
      ['folder.ks', 'is a folder'],
    ] as const) {
      const refused = await thrownBy(resolve(target));
      expect(refused.code).toBe(target === 'folder.ks' ? 'script.unreadable' : 'template.unreadable');
      expect(refused.message).toContain(what);
    }
  });

  it('tells once that a template is nested too deeply', async () => {
    await file('deep.yaml', `disk: ${'['.repeat(6000)}\n`);
    const refused = await thrownBy(resolve('deep.yaml'));
    expect(refused.details.problems).toHaveLength(1);
    expect(refused.message).toContain('nested too deeply');
  });

  it('refuses a misspelt override of a program', async () => {
    const given = { memroy: '2GiB', colour: 'red' } as BuildOverrides;
    const refused = await thrownBy(resolve('debian-13', given));
    expect(refused.details.problems).toEqual([
      { where: 'overrides.memroy', problem: expect.stringContaining('Did you mean "memory"?') },
      { where: 'overrides.colour', problem: expect.stringContaining('Known are: name, os') },
    ]);
  });
});
