import { execFileSync } from 'node:child_process';
import { existsSync, mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import type { BuildEvent, BuildResult } from '../../src/build/build-events.ts';
import { processesNaming } from '../support/build-sandbox.ts';
import { launchKiln, ONE_VCPU } from '../support/launched-kiln.ts';

/**
 * The main job: `./kiln build debian-13`, Debian's own installer from media that Kiln finds or assembles. Takes ten to
 * twenty minutes without KVM. The cache is the user's own, so that a second run downloads nothing.
 */
const PASSWORD = 'a pass phrase, not a hash';
const MIRROR = 'http://deb.example.test/debian';

let folder: string;
let events: BuildEvent[];

beforeAll(() => {
  folder = mkdtempSync(join(tmpdir(), 'kiln-e2e-'));
  writeFileSync(join(folder, 'password'), `${PASSWORD}\n`, { mode: 0o600 });
});
afterAll(() => rmSync(folder, { recursive: true, force: true }));

/** Runs the launcher as a user would and gives back its events. */
async function kiln(...args: string[]): Promise<{ readonly code: number; readonly events: BuildEvent[] }> {
  const { code, lines } = await launchKiln(folder, args);
  return { code, events: lines.map((line) => JSON.parse(line) as BuildEvent) };
}

function resultOf(all: readonly BuildEvent[]): BuildResult {
  const last = all.at(-1);
  if (last?.type !== 'build-finished') throw new Error(`the build did not finish: ${JSON.stringify(last)}`);
  const { manifestPath } = last.result;
  if (manifestPath === undefined) throw new Error('the build made no manifest');
  return { ...last.result, manifestPath };
}

/** A file of the image's first partition, which is the root file system, without mounting it. */
function readFromRoot(image: string, path: string): string {
  const raw = join(folder, 'root.raw');
  execFileSync('qemu-img', ['convert', '-O', 'raw', image, raw]);
  const { partitiontable } = JSON.parse(execFileSync('sfdisk', ['--json', raw], { encoding: 'utf8' })) as {
    partitiontable: { partitions: readonly { start: number }[]; sectorsize: number };
  };
  const offset = (partitiontable.partitions[0]?.start ?? 0) * partitiontable.sectorsize;
  return execFileSync('debugfs', ['-R', `cat ${path}`, `${raw}?offset=${offset}`], { encoding: 'utf8' });
}

/** A second try of so long a test would take the time of all others. */
describe('./kiln build debian-13', { retry: 0 }, () => {
  it('installs Debian 13 into a verified image that boots, with a manifest and without the password', async () => {
    const options = ['--root-password-file', 'password', '--extra-args', `kiln/apt-mirror=${MIRROR}`];
    const run = await kiln('build', 'debian-13', ...options, ...ONE_VCPU, '--output', 'image', '--json');
    events = run.events;
    expect(run.code, JSON.stringify(events.at(-1))).toBe(0);
    const result = resultOf(events);
    const [image] = result.artifacts;
    const info = JSON.parse(
      execFileSync('qemu-img', ['info', '--output=json', image?.path ?? ''], { encoding: 'utf8' }),
    );
    expect(info).toMatchObject({ format: 'qcow2' });
    execFileSync('qemu-img', ['check', '-q', image?.path ?? '']);
    execFileSync('sha256sum', ['--check', '--strict', 'SHA256SUMS'], { cwd: result.directory });
    const manifest = readFileSync(result.manifestPath, 'utf8');
    expect(JSON.parse(manifest)).toMatchObject({
      name: 'debian-13',
      outcome: { kind: 'completed', detail: 'power-off' },
      verification: { os: { id: 'debian', versionId: '13' } },
      bootCheck: { result: 'passed' },
    });
    for (const name of readdirSync(result.directory, { recursive: true, encoding: 'utf8' })) {
      const path = join(result.directory, name);
      if (/\.(json|log|xml)$/.test(name)) expect(readFileSync(path, 'utf8'), name).not.toContain(PASSWORD);
    }
    expect(manifest).not.toContain(folder);
    const sources = readFromRoot(image?.path ?? '', '/etc/apt/sources.list.d/mirror.list');
    expect(sources).toMatch(new RegExp(`^deb ${MIRROR} trixie main`, 'm'));
    // debian-installer ran on the serial console, and would have left GRUB's menu there alone.
    expect(readFromRoot(image?.path ?? '', '/etc/default/grub')).toMatch(/^GRUB_TERMINAL="console serial"$/m);
    expect(processesNaming(folder)).toEqual([]);
    expect(readdirSync(result.directory).filter((name) => name.startsWith('.'))).toEqual([]);
  });

  it('tells the phases of the installer while it runs', () => {
    const phases = events.flatMap((event) =>
      event.type === 'stage-progress' && event.stage === 'install' ? [event.detail] : [],
    );
    for (const phase of [
      'Installing the base system',
      'Installing GRUB boot loader',
      'Finishing the installation',
    ]) {
      expect(phases).toContain(phase);
    }
  });

  it('finds its media in the cache the second time, and refuses a full output folder', async () => {
    const again = await kiln('build', 'debian-13', '--offline', '--output', 'image', '--json');
    expect(again.code).toBe(2);
    expect(again.events.at(-1)).toMatchObject({ type: 'build-failed', code: 'output.exists' });
    const args = ['build', 'debian-13', '--offline', '--output', 'late', '--json'];
    const begun = await launchKiln(folder, args, (line) => {
      const event = JSON.parse(line) as BuildEvent;
      return event.type === 'stage-progress' && event.stage === 'install';
    });
    expect(begun.code).toBe(130);
    expect(existsSync(join(folder, 'late', 'debian-13.qcow2'))).toBe(false);
    expect(processesNaming(folder)).toEqual([]);
  });
});
