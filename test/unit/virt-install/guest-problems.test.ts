import { expect, test } from 'vitest';
import { SpecError, specErrorOf } from '../../../src/foundation/errors.ts';
import { Refusals } from '../../../src/foundation/refusals.ts';
import { GENERIC_OS } from '../../../src/osinfo/os-facts.ts';
import type { GuestFacts } from '../../../src/virt-install/guest/guest-facts.ts';
import { guestXml } from '../../../src/virt-install/guest-xml.ts';
import { parseVirtInstall } from '../../../src/virt-install/parse-command-line.ts';
import { factsOf } from '../../support/virt-install-hosts.ts';

const WORDS = ['--name', 'a', '--memory', '512', '--import', '--osinfo', 'generic'];

function problemsOf(words: readonly string[], more: Partial<GuestFacts> = {}): readonly string[] {
  const command = parseVirtInstall([...WORDS, ...words]);
  if (command.kind !== 'run') throw new Error(`it asks for ${command.kind}`);
  try {
    guestXml(command.options, { ...factsOf('kvm', GENERIC_OS), ...more });
  } catch (error) {
    if (!(error instanceof SpecError)) throw error;
    const problems = error.details.problems as { where: string; problem: string }[];
    return problems.map(({ where, problem }) => `${where}: ${problem}`);
  }
  return [];
}

test('of a pool that is not started nobody says it has no volumes', () => {
  const off = { name: 'q', path: '/q', type: 'dir', volumes: [] };
  const words = ['--disk', 'vol=q/v'];
  expect(problemsOf(words, { pools: [off] })).toEqual([expect.stringContaining('it has none')]);
  expect(problemsOf(words, { pools: [{ ...off, isOff: true }] })).toEqual([
    expect.stringMatching(/^--disk vol=q\/v: the pool q is not started.*virsh pool-start q$/),
  ]);
});

test.each(['vol=q/v', 'pool=q,size=1', '/q/v.qcow2,size=1', 'source.pool=q,source.volume=v'])(
  'a pool that cannot be started is told by the disk that needs it: %s',
  (disk) => {
    const lost = { name: 'q', path: '/q', type: 'dir', volumes: [], unusable: 'no such folder' };
    const problem = 'the pool q (/q) cannot be used: no such folder; mend it, or name another place';
    expect(problemsOf(['--disk', disk], { pools: [lost] })).toEqual([`--disk ${disk}: ${problem}`]);
    expect(problemsOf(['--disk', '/elsewhere.qcow2,size=1'], { pools: [lost] })).toEqual([]);
  },
);

test('the folder of a new disk is there, where it was looked at, or is a pool', () => {
  const words = ['--disk', '/lost/x.qcow2,size=1'];
  const fact = (changes: object) => ({
    paths: { '/lost': { path: '/lost', exists: true, type: 'file', ...changes } as const },
  });
  expect(problemsOf(words)).toEqual([]);
  expect(problemsOf(words, fact({ type: 'dir' }))).toEqual([]);
  expect(problemsOf(words, fact({ exists: false }))).toEqual([
    expect.stringMatching(/^--disk \/lost\/x.qcow2,size=1: \/lost does not exist; make it/),
  ]);
  expect(problemsOf(words, fact({}))).toEqual([expect.stringContaining('/lost is no folder')]);
  const pool = { name: 'lost', path: '/lost', type: 'dir', volumes: [] };
  expect(problemsOf(words, { ...fact({ exists: false }), pools: [pool] })).toEqual([]);
});

test.each([
  [
    ['--disk', 'none'],
    ['--xml', 'xpath.value=x'],
  ],
  [['--disk', 'size=1,xpath.value=x'], []],
])('a value for the XML without its place is refused: %j %j', (disk, xml) => {
  expect(problemsOf([...disk, ...xml])).toEqual([
    expect.stringMatching(/xpath.value=x: says no place for the value: write xpath.set=/),
  ]);
});

test.each([
  ['xpath.delete=./name', /without a name/],
  ['./name=', /without a name/],
  ['./name=a b', /"a b" must not have spaces/],
  ['./name=..', /names a folder/],
])('a name by hand is as good as one of --name: %s', (change, problem) => {
  const [told = '', ...more] = problemsOf(['--disk', 'none', '--xml', change]);
  expect(more).toEqual([]);
  expect(told.startsWith(`--xml ${change}: `)).toBe(true);
  expect(told).toMatch(problem);
});

test('a name that was taken away may be given again', () => {
  const words = ['--disk', 'none', '--xml', 'xpath.delete=./name', '--xml', './name=b'];
  expect(problemsOf(words)).toEqual([]);
});

test('of a character that nobody sees it is said which it is and where', () => {
  expect(problemsOf(['--disk', 'none', '--name', 'a😀\u200bb'])).toEqual([
    '--name: holds U+200B as its character 3, which nobody sees; leave it out',
  ]);
});

test('a disk that was refused already is not missing besides', () => {
  const command = parseVirtInstall(WORDS);
  if (command.kind !== 'run') throw new Error(`it asks for ${command.kind}`);
  const refusals = new Refusals();
  const bad = { where: '--disk bad', problem: 'is bad' };
  refusals.note('--disk', specErrorOf('The command line', [bad]));
  expect(() => guestXml(command.options, factsOf('kvm', GENERIC_OS), refusals)).toThrow(
    expect.objectContaining({ details: { problems: [bad] } }),
  );
});

test('an overlay is not raw', () => {
  expect(problemsOf(['--disk', 'path=/p/x,size=1,backing_store=/b.qcow2,format=raw'])).toEqual([
    expect.stringMatching(/^--disk path=.*format=raw: is to be an overlay.*format=qcow2$/),
  ]);
  expect(problemsOf(['--disk', 'path=/p/x,size=1,backing_store=/b.qcow2'])).toEqual([]);
});

test.each([
  ['kernel', 'initrd'],
  ['initrd', 'kernel'],
])('a tree whose %s alone is named lacks its %s', (named, missing) => {
  expect(problemsOf(['--disk', 'none', '--location', `http://tree/,${named}=boot/x`])).toEqual([
    expect.stringMatching(`^--location ${missing}=: is missing`),
  ]);
});

test.each([
  [['--network', 'user'], 1],
  [['--network', 'none'], 1],
  [['--network', 'network=default'], 0],
  [['--network', 'user', '--network', 'bridge=br0'], 0],
  [['--network', 'user', '--tftp', '/boot,bootfile=x'], 0],
])('a guest of --pxe with %j is warned of what serves it: %i', (words, count) => {
  const guest = WORDS.filter((word) => word !== '--import');
  const command = parseVirtInstall([...guest, '--disk', 'none', '--pxe', ...words]);
  if (command.kind !== 'run') throw new Error('no build');
  const { warnings } = guestXml(command.options, factsOf('kvm', GENERIC_OS));
  expect(warnings.filter((warning) => warning.includes('--pxe'))).toHaveLength(count);
});
