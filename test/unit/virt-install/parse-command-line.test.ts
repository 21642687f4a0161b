import { describe, expect, it } from 'vitest';
import { SpecError } from '../../../src/foundation/errors.ts';
import { findTarget } from '../../../src/virt-install/find-target.ts';
import { parseVirtInstall } from '../../../src/virt-install/parse-command-line.ts';
import type { VirtInstallOptions } from '../../../src/virt-install/virt-install-options.ts';

function parse(...args: string[]): VirtInstallOptions {
  const command = parseVirtInstall(args);
  if (command.kind !== 'run') throw new Error(`it asks for ${command.kind}`);
  return command.options;
}

function problemsOf(...args: string[]): readonly { where: string; problem: string }[] {
  try {
    parseVirtInstall(args);
  } catch (error) {
    if (!(error instanceof SpecError)) throw error;
    expect(error.code).toBe('spec.invalid');
    return error.details.problems as { where: string; problem: string }[];
  }
  return [];
}

describe('virt-install command lines', () => {
  it('are read with short, long, shortened and joined options', () => {
    const options = parse(
      '-qd',
      '-nfoo',
      '--memory',
      '512',
      '--netw',
      'user',
      '-x',
      'a b',
      '--extra-args=c',
      '--disk=size=1',
    );
    expect(options.flags).toEqual(['quiet', 'debug']);
    expect(options.values.name).toBe('foo');
    expect(options.uses.network?.[0]?.values).toEqual({ type: 'user' });
    expect(options.uses.memory?.[0]?.values).toEqual({ memory: '512' });
    expect(options.lists['extra-args']).toEqual(['a b', 'c']);
    expect(options.uses.disk?.[0]?.values).toEqual({ size: '1' });
  });

  it('are refused where they count so far that making all of it would never end', () => {
    const [found] = problemsOf('--cpu', 'host,cell9999999.id=1');
    expect(found).toMatchObject({ where: '--cpu cell9999999.id' });
    expect(found?.problem).toContain('from 0 to 4095');
  });

  it('keep commas in quotes, after a backslash and where a sub-option may hold them', () => {
    const { uses } = parse(
      '--disk',
      'path="/a,b",serial=x\\,y',
      '--vcpus',
      '2,cpuset=1-3,5,placement=static',
    );
    expect(uses.disk?.[0]?.values).toEqual({ path: '/a,b', serial: 'x,y' });
    expect(uses.vcpus?.[0]?.values).toEqual({
      vcpu: '2',
      'vcpu.cpuset': '1-3,5',
      'vcpu.placement': 'static',
    });
  });

  it('fill in the indexes of lists and the full names of old ones', () => {
    const { uses } = parse('--cpu', 'host,cell.cpus=0,cell1.cpus=1', '--disk', 'x,bus=scsi');
    expect(uses.cpu?.[0]?.values).toEqual({ model: 'host', 'numa.cell0.cpus': '0', 'numa.cell1.cpus': '1' });
    expect(uses.disk?.[0]?.values).toEqual({ path: 'x', 'target.bus': 'scsi' });
  });

  it('are told the sub-options that come nearest to one that is none', () => {
    const [wrong] = problemsOf('--disk', 'foo,x');
    expect(wrong).toMatchObject({
      where: '--disk x',
      problem: expect.stringMatching(/There are [^…]*\bsize\b/),
    });
    expect(wrong?.problem).not.toContain('driver.page_per_vq');
    expect(problemsOf('--disk', 'a,backing_st=b')[0]?.problem).toMatch(/There are backing_store,/);
  });

  it('turn old options into those of today', () => {
    const { uses, flags, values } = parse(
      '--ram',
      '256',
      '-f',
      'a.img',
      '-s',
      '3',
      '--wait',
      '0',
      '--nographics',
    );
    expect(uses.memory?.[0]?.text).toBe('256');
    expect(uses.disk?.[0]?.text).toBe('path=a.img,size=3');
    expect(uses.graphics?.[0]?.text).toBe('none');
    expect(flags).toContain('noautoconsole');
    expect(values.wait).toBeUndefined();
  });

  it('take a value for an option that may have none', () => {
    expect(parse('--print-xml', '--wait').values).toMatchObject({ 'print-xml': 'all', wait: '-1' });
    expect(parse('--print-xml', '1', '--wait', '-5').values).toMatchObject({ 'print-xml': '1', wait: '-5' });
  });

  it('ask for lists', () => {
    expect(parseVirtInstall(['--disk=?', '--network', 'help'])).toEqual({
      kind: 'sub-options',
      names: ['disk', 'network'],
    });
    expect(parseVirtInstall(['--xml=?'])).toEqual({ kind: 'sub-options', names: ['xml'] });
    expect(parseVirtInstall(['--osinfo', 'list'])).toEqual({ kind: 'list-os' });
  });

  it("have one name for the system, where targets' builds have another", () => {
    for (const words of [['--os', 'fedora42'], ['--os=fedora42']])
      expect(problemsOf(...words, '--name', 'web')).toEqual([
        { where: '--os', problem: expect.stringMatching(/--osinfo/) },
      ]);
    expect(problemsOf('--os', 'fedora42')[0]?.problem).not.toMatch(/os-type|os-variant/);
  });

  it('report everything that is wrong, with option, sub-option, value and what is allowed', () => {
    const problems = problemsOf(
      '--disk',
      'cache=nnone,sise=3,readonly',
      '--grafics',
      'vnc',
      '--memballoon',
      'stats.period=often',
      '--print-xml=9',
    );
    expect(problems.map(({ where }) => where)).toEqual([
      '--grafics',
      'vnc',
      '--print-xml',
      '--disk cache',
      '--disk sise',
      '--disk readonly',
      '--memballoon stats.period',
    ]);
    const textOf = (where: string): string | undefined =>
      problems.find((one) => one.where === where)?.problem;
    expect(textOf('--grafics')).toContain('"--graphics"');
    expect(textOf('--disk cache')).toMatch(/"nnone" is not one of default, none.* Did you mean "none"/);
    expect(textOf('--disk sise')).toContain('Did you mean "size"');
    expect(textOf('--disk readonly')).toContain('readonly=on');
    expect(textOf('--memballoon stats.period')).toContain('"often" is not a whole number');
  });

  it('refuse what XML cannot hold, by the option that has it', () => {
    const problems = problemsOf('--name', 'a\u0001', '--disk', 'serial=\ud800', '--xml=./a=\u0000');
    expect(problems.map(({ where }) => where.split(' ')[0])).toEqual(['--name', '--disk', '--xml']);
    expect(problemsOf('--metadata', 'description=two\nlines\tand é')).toEqual([]);
  });

  it('refuse what Kiln does not take, naming the way it has', () => {
    const problems = problemsOf('--check-cpu', '--container', '--reinstall', 'guest');
    expect(problems.map(({ where }) => where).sort()).toEqual(['--check-cpu', '--container', '--reinstall']);
    expect(problems.find(({ where }) => where === '--check-cpu')?.problem).toContain('leave it out');
  });
});

describe('the target of a line', () => {
  it('is the first word that belongs to no option', () => {
    expect(findTarget(['debian-13', '--memory', '2048'])).toBe('debian-13');
    expect(findTarget(['--memory', '2048', '-n', 'x', 'debian-13'])).toBe('debian-13');
    expect(
      findTarget(['--memory=2048', '--print-xml', '1', '--import', '--wait', '-1', '-nx']),
    ).toBeUndefined();
    expect(findTarget(['--graph', 'vnc', '-x', 'a b'])).toBeUndefined();
  });

  it('take a word that begins with an option and = for an option, whatever blanks follow', () => {
    const description = '--description=my server';
    expect(parse('--print-xml', description).values).toEqual({
      'print-xml': 'all',
      description: 'my server',
    });
    expect(parse('--wait', '--extra-args=console=ttyS0 quiet').lists['extra-args']).toEqual([
      'console=ttyS0 quiet',
    ]);
    for (const option of ['--keep', '--sound', '--cloud-init', '--unattended']) {
      expect(parse(option, description).values.description, option).toBe('my server');
    }
    expect(problemsOf('--name', '--description=a b')).toMatchObject([{ where: '--name' }]);
    expect(parse('--name', '--nothing=a b').values.name).toBe('--nothing=a b');
  });

  it.each(['fedora29', 'os=fedora29', '../../etc/passwd'])(
    'refuse --install %s, whatever else is said of the media',
    (text) => {
      const where = '--install os=';
      expect(problemsOf('--install', text, '--cdrom', 'a.iso')).toMatchObject([{ where }]);
      expect(problemsOf('--install', text)).toMatchObject([{ where }]);
    },
  );

  it.each([
    ['--ram', ['--ram', 'xyz', '--memory', '1024']],
    ['--ram', ['--ram', 'xyz', '--ram', '1024']],
    ['--vncport', ['--vncport', 'x', '--vncport', '5900']],
    ['--wait', ['--wait', 'x', '--wait', '5']],
  ])('refuse a %s that is no number, also when a later one counts', (where, words) => {
    expect(problemsOf(...words)).toMatchObject([{ where }]);
  });
});

it.each([
  ['--disk', 'x\ufffd.qcow2,size=1'],
  ['--metadata', 'title=\ufffd'],
])('bytes that are not UTF-8 are refused, since nobody knows them any more: %s %s', (option, value) => {
  expect(problemsOf(option, value)).toEqual([
    { where: `${option} ${value}`, problem: expect.stringContaining('not UTF-8') },
  ]);
});
