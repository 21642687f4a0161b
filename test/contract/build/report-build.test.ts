import { mkdir, mkdtemp, readFile, rm, stat, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { buildDirectory } from '../../../src/build/build-directory.ts';
import { type BuildRecord, writeRecord } from '../../../src/build/build-records.ts';
import { noteSecrets } from '../../../src/build/build-secrets.ts';
import { reportBuild } from '../../../src/build/report-build.ts';
import { silentLogger } from '../../../src/foundation/logger.ts';
import { runCommand } from '../../../src/process/run-command.ts';
import { planFixture } from '../../support/plan-fixture.ts';

let folder: string;
const ID = 'abcd1234';
beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'kiln-report-test-'));
  const directory = join(folder, 'out');
  const { logs, serialLog, installerLogs, disk, work } = buildDirectory(directory, ID);
  for (const path of [logs, installerLogs, work]) await mkdir(path, { recursive: true });
  await writeFile(serialLog, 'rootpw --plaintext Zx9secret\nRoot password:\n');
  await writeFile(join(installerLogs, 'syslog'), 'url http://joe:Zx9secret@mirror.example.org/\n');
  await writeFile(disk, 'the disk itself, Zx9secret');
  const record: BuildRecord = {
    id: ID,
    name: 'web',
    directory,
    status: 'failed',
    process: { pid: 1, startedAt: '' },
    startedAt: '2026-01-01T00:00:00Z',
    error: { code: 'install.prompt', message: 'It asks.' },
    images: [],
    kept: false,
    unclean: false,
  };
  await writeRecord(folder, record);
});
afterAll(() => rm(folder, { recursive: true, force: true }));

const options = () => ({
  stateDir: folder,
  id: 'abcd',
  cwd: folder,
  about: ['Kiln 0'],
  logger: silentLogger,
});

describe('the report of a build', () => {
  it('is one archive with its logs and record, without disk and secrets', async () => {
    const { path, files } = await reportBuild(options());
    expect(path).toBe(join(folder, `kiln-report-${ID}.tar.gz`));
    expect([...files].sort()).toEqual([
      'about.txt',
      'logs/installer/syslog',
      'logs/serial.log',
      'record.json',
    ]);
    const unpacked = join(folder, 'unpacked');
    await mkdir(unpacked);
    await runCommand('tar', ['-xzf', path, '-C', unpacked]);
    const inside = join(unpacked, `kiln-report-${ID}`);
    const texts = await Promise.all(files.map((file) => readFile(join(inside, file), 'utf8')));
    expect(texts.join('\n')).not.toContain('Zx9secret');
    expect(texts.join('\n')).toContain('Root password:');
  });

  it('hides what the build knew to be secret wherever it stands, and keeps no value of it', async () => {
    const directory = join(folder, 'known');
    const id = 'feed5678';
    const { logs, serialLog, screenText, failure } = buildDirectory(directory, id);
    await mkdir(logs, { recursive: true });
    const value = 'correct "horse"';
    const said = `the key is ${value}; again${value}${value}\ndialling with Zx9%40two, Zx9@two\n`;
    for (const path of [serialLog, `${serialLog}.timed`, screenText]) await writeFile(path, said.repeat(100));
    await writeFile(failure, JSON.stringify({ consoleTail: [said] }));
    const found = JSON.parse(
      await readFile(join(folder, 'builds', ID, 'record.json'), 'utf8'),
    ) as BuildRecord;
    await writeRecord(folder, { ...found, id, directory });
    const plan = planFixture({
      variables: { my_secret: value, hostname: 'again', proxy: 'http://joe:Zx9%40two@proxy' },
    });
    await noteSecrets(folder, id, { plan, script: undefined, passwords: [] });

    const { path } = await reportBuild({ ...options(), id });
    const { stdout } = await runCommand('tar', ['-xOzf', path], { logger: silentLogger });
    expect(stdout).toContain('the key is ********; again****************\n');
    expect(stdout).toContain('dialling with ********, ********\n');
    expect(stdout).not.toMatch(/horse|Zx9/);
    expect(stdout.match(/again/g)).toHaveLength(301);
    const kept = await readFile(join(folder, 'builds', id, 'secrets.json'), 'utf8');
    expect(kept).not.toContain('horse');
    expect((await stat(join(folder, 'builds', id, 'secrets.json'))).mode & 0o777).toBe(0o600);
  });

  it('makes no folder', async () => {
    const output = join(folder, 'no', 'such', 'x.tgz');
    await expect(reportBuild({ ...options(), output })).rejects.toMatchObject({ code: 'host.bad-path' });
    await expect(stat(join(folder, 'no'))).rejects.toMatchObject({ code: 'ENOENT' });
  });

  it('replaces no file', async () => {
    await writeFile(join(folder, 'mine.tar.gz'), 'mine');
    await expect(reportBuild({ ...options(), output: 'mine.tar.gz' })).rejects.toMatchObject({
      code: 'output.exists',
    });
    expect(await readFile(join(folder, 'mine.tar.gz'), 'utf8')).toBe('mine');
  });
});
