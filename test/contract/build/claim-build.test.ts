import { existsSync, mkdirSync, mkdtempSync, readdirSync, rmSync, symlinkSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { writeFileAtomically } from '../../../src/artifact/write-file-atomically.ts';
import { findBuild, journalPath, recordDirectory } from '../../../src/build/build-records.ts';
import { type ClaimedBuild, claimBuild, outputDirectory } from '../../../src/build/claim-build.ts';
import { systemClock } from '../../../src/foundation/clock.ts';
import { ownIdentity } from '../../../src/foundation/process-identity.ts';
import { asKilnError } from '../../../src/foundation/system-error.ts';
import type { MediaSource } from '../../../src/media/install-media.ts';
import { fillUp, mayMount, mountSmall } from '../disk/small-mount.ts';

const ID = '0123abcd';
const PLAN = { name: 'x', outputs: [{ format: 'qcow2' }], media: [] } as const;
const MAY_MOUNT = await mayMount();

describe.runIf(MAY_MOUNT)('on a full disk', () => {
  let folder: string;
  let unmount: (() => Promise<void>) | undefined;
  let claimed: ClaimedBuild;
  beforeEach(async () => {
    folder = mkdtempSync(join(tmpdir(), 'kiln-claim-build-'));
    unmount = await mountSmall(folder);
    const directory = '/nowhere/builds/x';
    claimed = await claimBuild({ stateDir: folder, id: ID, name: 'x', directory, clock: systemClock });
    claimed.journal.note({ kind: 'path', path: join(directory, 'x.qcow2') });
    fillUp(folder);
  });
  afterEach(async () => {
    await unmount?.();
    rmSync(folder, { recursive: true });
  });

  it('a build that cannot have a record leaves no folder that no command knows', async () => {
    const other = { stateDir: folder, id: '4567cdef', name: 'y', directory: '/nowhere/builds/y' };
    await expect(claimBuild({ ...other, clock: systemClock })).rejects.toMatchObject({ code: 'ENOSPC' });
    expect(readdirSync(join(folder, 'builds'))).toEqual([ID]);
  });

  it('the record still tells how the build ended', async () => {
    await claimed.succeeded([{ name: 'x.qcow2' }], 7);
    expect(await findBuild(folder, ID)).toMatchObject({
      status: 'succeeded',
      images: ['x.qcow2'],
      seconds: 7,
    });
    expect(readdirSync(recordDirectory(folder, ID)).sort()).toEqual(['journal.jsonl', 'record.json']);
  });

  it('a build without a record keeps its images: nothing says any more that they are leftovers', async () => {
    rmSync(join(recordDirectory(folder, ID), 'record.json'));
    fillUp(folder, 'again');
    const failure = await claimed.succeeded([{ name: 'x.qcow2' }], 7).catch(asKilnError);
    expect(failure).toMatchObject({ code: 'host.no-space', message: expect.stringContaining('record.json') });
    expect(existsSync(journalPath(folder, ID))).toBe(false);
    expect(claimed.journal.entries()).toEqual([]);
  });

  it('the message names the file', async () => {
    const path = join(folder, 'manifest.json');
    const failure = await writeFileAtomically(path, 'x'.repeat(9000)).catch(asKilnError);
    expect(failure).toMatchObject({
      code: 'host.no-space',
      message: expect.stringContaining(`${path} cannot`),
    });
    expect(readdirSync(folder).filter((name) => name.includes('partial'))).toEqual([]);
  });
});

describe('the folder of a build', () => {
  let folder: string;
  beforeEach(() => {
    folder = mkdtempSync(join(tmpdir(), 'kiln-claim-build-'));
  });
  afterEach(() => rmSync(folder, { recursive: true }));
  const claim = (id: string, directory: string): Promise<ClaimedBuild> =>
    claimBuild({ stateDir: folder, id, name: 'x', directory, clock: systemClock });

  it('is refused to another one from its start to its end, and leaves no record', async () => {
    const first = await claim(ID, '/nowhere/x');
    await expect(claim('ffff0000', '/nowhere/./x/')).rejects.toMatchObject({ code: 'output.in-use' });
    expect(readdirSync(join(folder, 'builds'))).toEqual([ID]);
    await claim('ffff0001', '/nowhere/y');
    await first.failed(new Error('x'), 1);
    await claim('ffff0002', '/nowhere/x');
  });

  it('of one with a damaged record is written down again at its end, and it is known to run until then', async () => {
    const first = await claim(ID, '/nowhere/x');
    writeFileSync(join(recordDirectory(folder, ID), 'record.json'), '');
    expect(await findBuild(folder, ID)).toMatchObject({ status: 'running', process: ownIdentity() });
    // Where that one runs is not known, and it is not the current folder.
    await claim('ffff0000', process.cwd());
    await first.failed(new Error('x'), 1);
    expect(await findBuild(folder, ID)).toMatchObject({ status: 'failed', directory: '/nowhere/x' });
  });

  it.each([true, false])(
    'is refused before anything is fetched while a build’s work lies in it (force: %s)',
    async (force) => {
      const output = join(folder, 'out');
      mkdirSync(join(output, '.kiln-work-aaaa0000'), { recursive: true });
      await expect(outputDirectory({ output, force }, folder, PLAN, ID)).rejects.toMatchObject({
        code: 'output.in-use',
        message: expect.stringContaining('.kiln-work-aaaa0000'),
      });
    },
  );

  it('is refused with the command that ends the build which has it', async () => {
    mkdirSync(join(folder, 'out', '.kiln-work-aaaa0000'), { recursive: true });
    const output = join(folder, 'out');
    await expect(outputDirectory({ output }, folder, PLAN, ID)).rejects.toMatchObject({
      message: expect.stringMatching(/kiln builds stop aaaa0000.*kiln builds clean aaaa0000/),
    });
  });

  it.each(['a\nb', 'a\u0007b', 'x/a\u202eb/y'])(
    'is refused when not all of its name can be seen: %j',
    async (output) => {
      await expect(outputDirectory({ output }, folder, PLAN, ID)).rejects.toMatchObject({
        code: 'spec.invalid',
        details: {
          problems: [{ where: '--output', problem: expect.stringContaining(JSON.stringify(output)) }],
        },
      });
    },
  );

  it('may hold blanks, quotes and letters of any script', async () => {
    const output = `o'ut "größe" 日本`;
    expect(await outputDirectory({ output }, folder, PLAN, ID)).toBe(join(folder, output));
  });

  it.each(['dangling', 'dangling/below'])('is refused as a link that leads nowhere: %s', async (output) => {
    symlinkSync('nowhere', join(folder, 'dangling'));
    await expect(outputDirectory({ output }, folder, PLAN, ID)).rejects.toMatchObject({
      code: 'output.not-a-folder',
      message: expect.stringContaining(`${join(folder, 'dangling')} is a link`),
    });
  });

  it('is one build’s when many begin at once', async () => {
    const ids = ['aaaa0001', 'aaaa0002', 'aaaa0003', 'aaaa0004'];
    const ends = await Promise.allSettled(ids.map((id) => claim(id, '/nowhere/x')));
    expect(ends.filter(({ status }) => status === 'fulfilled')).toHaveLength(1);
    expect(readdirSync(join(folder, 'builds'))).toHaveLength(1);
  });

  it.each([false, true])('advises --force only where it helps (force: %s)', async (force) => {
    const output = join(folder, 'out');
    const ask = (media: readonly MediaSource[] = []): Promise<string> =>
      outputDirectory({ output, force }, folder, { ...PLAN, media }, ID);
    mkdirSync(output);
    writeFileSync(join(output, 'notes.txt'), 'x');
    if (force) expect(await ask()).toBe(output);
    else await expect(ask()).rejects.toMatchObject({ message: expect.stringContaining('add --force') });
    for (const name of ['x.qcow2', 'SHA256SUMS', 'logs/mine.txt']) {
      const path = join(output, name);
      mkdirSync(dirname(path), { recursive: true });
      writeFileSync(path, 'x');
      await expect(ask(), name).rejects.toMatchObject({
        code: 'output.exists',
        message: expect.stringMatching(/not even with --force\. Move it away/),
      });
      rmSync(join(output, name.split('/')[0] ?? ''), { recursive: true });
    }
    const image = { kind: 'import', from: join(output, 'notes.txt') } as const;
    await expect(ask([image])).rejects.toMatchObject({ code: 'output.is-input' });
    await expect(outputDirectory({ output: '/', force }, folder, PLAN, ID)).rejects.toMatchObject({
      code: 'output.not-a-folder',
      message: expect.stringContaining('root of the file system'),
    });
  });
});
