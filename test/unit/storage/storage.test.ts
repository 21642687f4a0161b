import { beforeEach, describe, expect, test, vi } from 'vitest';
import { spaceProblems, useProblems } from '../../../src/storage/check-storage.ts';
import { createStorage, type OwnStorage } from '../../../src/storage/create-storage.ts';
import type { DiskRequest, NewVolume, PlannedDisk } from '../../../src/storage/planned-disk.ts';
import { readVolumes } from '../../../src/storage/read-volumes.ts';
import { removeOwnStorage } from '../../../src/storage/remove-own-storage.ts';
import { FakeLibvirt } from '../../fakes/fake-libvirt.ts';

const GIB = 2 ** 30;
let connection: FakeLibvirt;

beforeEach(async () => {
  connection = new FakeLibvirt();
  await connection.storage.definePool(
    `<pool type='dir'><name>p</name><target><path>/p</path></target></pool>`,
  );
  await connection.storage.startPool('p');
});

const host = (isRemote = false) => ({
  connection,
  isRemote,
  roomAt: async (path: string) => ({
    id: '1',
    freeBytes: 50 * GIB,
    ...(path === '/frozen' ? { refusal: 'is on a read-only file system' } : {}),
  }),
  identify: async (path: string) => path.replace('/link-to', ''),
});
const request = (changes: Partial<DiskRequest> = {}): DiskRequest => ({
  label: '--disk',
  device: 'disk',
  readonly: false,
  shareable: false,
  ...changes,
});
const existing = (path: string, changes: Partial<DiskRequest> = {}): PlannedDisk => ({
  request: request(changes),
  source: { type: 'file', path, format: 'raw' },
});
const created = (changes: Partial<NewVolume> = {}, more: Partial<PlannedDisk> = {}): PlannedDisk => {
  const create = {
    pool: 'p',
    name: 'new.qcow2',
    path: '/p/new.qcow2',
    capacity: GIB,
    allocation: 0,
    format: 'qcow2',
    ...changes,
  };
  return { request: request(), source: { type: 'file', path: create.path }, create, ...more };
};
const volume = (name: string, more = ''): string =>
  `<volume><name>${name}</name><capacity>${GIB}</capacity><allocation>0</allocation><target><format type='qcow2'/></target>${more}</volume>`;
const useBy = (name: string, disks: string) =>
  connection.defineXml(`<domain type='test'><name>${name}</name><devices>${disks}</devices></domain>`);

describe('space', () => {
  const checks = { pathInUse: true, diskSize: true };

  test('what may outgrow its pool is refused unless that check is off', async () => {
    const disks = [created({ capacity: 900 * GIB })];
    expect((await spaceProblems(host(), disks, checks))[0]?.problem).toContain('--check disk_size=off');
    expect(await spaceProblems(host(), disks, { ...checks, diskSize: false })).toEqual([]);
  });

  test('what is allocated at once must fit in any case', async () => {
    const disks = [created({ capacity: 900 * GIB, allocation: 900 * GIB })];
    const problems = await spaceProblems(host(), disks, { ...checks, diskSize: false });
    expect(problems[0]?.problem).toContain('sparse=no');
  });

  test('what is allocated at once is counted together where it shares a file system', async () => {
    const createPool = { name: 'q', target: '/q', build: false };
    const one = (allocation: number, more: Partial<PlannedDisk> = {}) =>
      created({ capacity: allocation, allocation }, more);
    const told = async (...disks: PlannedDisk[]) =>
      (await spaceProblems(host(), disks, { ...checks, diskSize: false })).map(({ problem }) => problem);
    expect(await told(one(30 * GIB, { createPool }), one(20 * GIB, { createPool }))).toEqual([]);
    expect(await told(one(30 * GIB, { createPool }), one(21 * GIB, { createPool }), created())).toEqual([
      expect.stringMatching(
        /^21.0 GiB are to be allocated, after 30.0 GiB for the disks before it, and 50.0 GiB/,
      ),
    ]);
    const block = { source: { type: 'block', path: '/dev/v/a' } } as const;
    const free = (await connection.storage.poolInfo('p')).available;
    expect(await told(one(30 * GIB, { createPool }), one(free, block))).toEqual([]);
  });

  test('where no file can be made, no other check is of use', async () => {
    const createPool = { name: 'frozen', target: '/frozen', build: false };
    const told = await spaceProblems(host(), [created({ capacity: 900 * GIB }, { createPool })], checks);
    expect(told.map(({ problem }) => problem)).toEqual([
      '/frozen is on a read-only file system; choose another folder',
    ]);
  });

  test('a pool that is still to be made has what its folder has; of another host nobody knows', async () => {
    const createPool = { name: 'q', target: '/q', build: false };
    const disks = [created({ pool: 'q', capacity: 60 * GIB }, { createPool })];
    const [problem, ...more] = await spaceProblems(host(), disks, checks);
    expect(problem?.problem).toContain('free in /q;');
    expect(more).toEqual([]);
    expect(await spaceProblems(host(true), disks, checks)).toEqual([]);
  });
});

describe('disks in use', () => {
  test('another domain is named with the remedy', async () => {
    await useBy('other', `<disk type='file'><source file='/p/a.img'/></disk>`);
    const [problem] = await useProblems(host(), [
      existing('/p/a.img', { label: '--disk a' }),
      existing('/p/b.img'),
    ]);
    expect(problem).toMatchObject({ where: '--disk a', problem: expect.stringContaining('domain other') });
  });

  test('a disk that stands on the line twice is told of once', async () => {
    await useBy('other', `<disk type='file'><source file='/p/a.img'/></disk>`);
    const twice = [existing('/p/a.img', { label: '--disk a' }), existing('/p/a.img', { label: '--disk a' })];
    expect(await useProblems(host(), twice)).toHaveLength(1);
  });

  test('a disk is the same under another name, also as backing file', async () => {
    await useBy('other', `<disk type='file'><source file='/link-to/p/a.img'/></disk>`);
    const [problem] = await useProblems(host(), [existing('/p/a.img')]);
    expect(problem?.problem).toContain('/p/a.img is in use by domain other, as /link-to/p/a.img;');
    const { storage } = connection;
    const over = volume('over.qcow2', '<backingStore><path>/p/base.qcow2</path></backingStore>');
    for (const xml of [volume('base.qcow2'), over]) await storage.createVolume('p', xml);
    await useBy('third', `<disk><source file='/link-to/p/over.qcow2'/></disk>`);
    const [below] = await useProblems(host(), [existing('/link-to/p/base.qcow2')]);
    expect(below?.problem).toContain('in use by domain third;');
  });

  test('read-only and shareable uses on both sides do no harm', async () => {
    await useBy(
      'other',
      `<disk device='cdrom'><source file='/a.iso'/><readonly/></disk><disk><source file='/s.img'/><shareable/></disk>`,
    );
    const harmless = [existing('/a.iso', { device: 'cdrom' }), existing('/s.img', { shareable: true })];
    expect(await useProblems(host(), harmless)).toEqual([]);
    expect(await useProblems(host(), [existing('/s.img')])).toHaveLength(1);
  });

  test('a disk that another domain has as backing file is in use', async () => {
    const { storage } = connection;
    await storage.createVolume('p', volume('base.qcow2'));
    await storage.createVolume(
      'p',
      volume('over.qcow2', '<backingStore><path>/p/base.qcow2</path></backingStore>'),
    );
    await useBy('other', `<disk><source file='/p/over.qcow2'/></disk>`);
    expect(await useProblems(host(), [existing('/p/base.qcow2')])).toHaveLength(1);
  });

  test('a volume whose file was deleted behind libvirt is passed over', async () => {
    const { storage } = connection;
    const over = volume('over.qcow2', '<backingStore><path>/p/base.qcow2</path></backingStore>');
    for (const xml of [volume('gone.qcow2'), volume('base.qcow2'), over])
      await storage.createVolume('p', xml);
    storage.lostFiles.add('/p/gone.qcow2');
    await useBy('other', `<disk><source file='/p/over.qcow2'/></disk>`);
    expect(await useProblems(host(), [existing('/p/base.qcow2')])).toHaveLength(1);
    expect((await readVolumes(storage, 'p')).map(({ volume: { name } }) => name)).toEqual([
      'base.qcow2',
      'over.qcow2',
    ]);
  });

  test('pools that were read already are not read again', async () => {
    const { storage } = connection;
    await storage.createVolume('p', volume('over.qcow2'));
    const read = vi.spyOn(storage, 'volumeXml');
    const volumes = [{ path: '/p/over.qcow2', backingStore: '/p/base.qcow2' }];
    await useBy('other', `<disk><source file='/p/over.qcow2'/></disk>`);
    const known = [{ name: 'p', volumes }];
    expect(await useProblems(host(), [existing('/p/base.qcow2')], known)).toHaveLength(1);
    expect(read).not.toHaveBeenCalled();
  });
});

describe('creating', () => {
  test('pools and volumes are noted before they are made, and can be taken back', async () => {
    const notes: string[] = [];
    const planned: OwnStorage[] = [];
    const note = {
      planned: (what: OwnStorage) => {
        planned.push(what);
        notes.push(`planned ${what.kind}`);
      },
      refused: (what: OwnStorage) => notes.push(`refused ${what.kind}`),
    };
    const createPool = { name: 'q', target: '/q', build: true };
    await createStorage(host(), [created({ pool: 'q' }, { createPool })], note);
    expect(notes).toEqual(['planned pool', 'planned pool', 'planned volume']);
    expect(await connection.storage.lookupVolumeByPath('/q/new.qcow2')).toBeDefined();
    await expect(createStorage(host(), [created({ pool: 'q' })], note)).rejects.toThrow('exists already');
    expect(notes.slice(3)).toEqual(['planned volume', 'refused volume']);
    for (const what of planned.toReversed()) await removeOwnStorage(host(), what);
    expect((await connection.storage.listPools()).map(({ name }) => name)).toEqual(['p']);
  });

  test('an overlay is told the format of its backing file', async () => {
    await connection.storage.createVolume('p', volume('base.qcow2'));
    const disks = [created({ backing: { path: '/p/base.qcow2' } })];
    await createStorage(host(), disks, { planned: () => {}, refused: () => {} });
    const xml = await connection.storage.volumeXml({ pool: 'p', name: 'new.qcow2' });
    expect(xml.replaceAll(/\s+/g, '')).toContain(
      '<backingStore><path>/p/base.qcow2</path><formattype="qcow2"/></backingStore>',
    );
  });

  describe('in a folder that another build makes a pool of meanwhile', () => {
    const createPool = { name: 'q', target: '/q', build: false };
    const build = async (name: string, target = '/q'): Promise<OwnStorage[]> => {
      let own: OwnStorage[] = [];
      const disk = created({ pool: 'q', name }, { createPool: { ...createPool, target } });
      await createStorage(host(), [disk], {
        planned: (what) => own.push(what),
        refused: (what) => {
          own = own.filter((one) => JSON.stringify(one) !== JSON.stringify(what));
        },
      });
      return own;
    };
    const pools = async (): Promise<string[]> =>
      (await connection.storage.listPools()).map(({ name }) => name);

    test('the pool is used and stays the other’s', async () => {
      expect((await build('a')).map(({ kind }) => kind)).toEqual(['pool', 'pool', 'volume']);
      expect((await build('b')).map(({ kind }) => kind)).toEqual(['volume']);
      await expect(build('c', '/elsewhere')).rejects.toThrow('already exists');
    });

    test('the pool stays while it holds what is not this build’s', async () => {
      const first = await build('a');
      const second = await build('b');
      for (const what of first.toReversed()) await removeOwnStorage(host(), what);
      expect(await pools()).toContain('q');
      expect(await connection.storage.lookupVolume({ pool: 'q', name: 'b' })).toBeDefined();
      for (const what of second) await removeOwnStorage(host(), what);
      expect(await connection.storage.listVolumes('q')).toEqual([]);
    });

    test('a pool whose folder held something before is forgotten all the same', async () => {
      await connection.storage.createVolume('p', volume('old'));
      const held = { kind: 'pool', pool: 'p', held: ['old'] } as const;
      await connection.storage.createVolume('p', volume('theirs'));
      await removeOwnStorage(host(), held);
      expect(await pools()).toContain('p');
      await connection.storage.deleteVolume({ pool: 'p', name: 'theirs' });
      await removeOwnStorage(host(), held);
      expect(await pools()).not.toContain('p');
    });
  });
});
