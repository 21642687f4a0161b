import { execFileSync, spawn } from 'node:child_process';
import { once } from 'node:events';
import { existsSync, mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import type { BuildEvent, BuildResult } from '../../src/build/build-events.ts';
import { PROJECT_DIR, processesNaming } from '../support/build-sandbox.ts';

/**
 * The main job: `./kiln build debian-13`, Debian's own installer from media that Kiln finds or assembles. Takes ten to
 * twenty minutes without KVM. The cache is the user's own, so that a second run downloads nothing.
 */
const PASSWORD = 'a pass phrase, not a hash';

let folder: string;
let events: BuildEvent[];

beforeAll(() => {
  folder = mkdtempSync(join(tmpdir(), 'kiln-e2e-'));
  writeFileSync(join(folder, 'password'), `${PASSWORD}\n`, { mode: 0o600 });
});
afterAll(() => rmSync(folder, { recursive: true, force: true }));

/** Runs the launcher as a user would and gives back its events. */
async function kiln(...args: string[]): Promise<{ readonly code: number; readonly events: BuildEvent[] }> {
  const child = spawn(join(PROJECT_DIR, 'kiln'), args, {
    cwd: folder,
    env: { ...process.env, KILN_STATE_DIR: join(folder, 'state'), KILN_RUNTIME_DIR: join(folder, 'run') },
    stdio: ['ignore', 'pipe', 'inherit'],
  });
  let output = '';
  child.stdout.on('data', (chunk: Buffer) => {
    output += chunk.toString('utf8');
  });
  const [code] = (await once(child, 'close')) as [number];
  const lines = output.split('\n').filter((line) => line !== '');
  return { code, events: lines.map((line) => JSON.parse(line) as BuildEvent) };
}

function resultOf(all: readonly BuildEvent[]): BuildResult {
  const last = all.at(-1);
  if (last?.type !== 'build-finished') throw new Error(`the build did not finish: ${JSON.stringify(last)}`);
  return last.result;
}

describe('./kiln build debian-13', () => {
  it('installs Debian 13 into a verified image that boots, with a manifest and without the password', async () => {
    const options = ['--root-password-file', 'password', '--output', 'image', '--json'];
    const run = await kiln('build', 'debian-13', ...options);
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
    const planned = await kiln(
      'build',
      'debian-13',
      '--offline',
      '--timeout',
      '61s',
      '--stall',
      '60s',
      '--output',
      'late',
      '--json',
    );
    expect(
      planned.events.find((event) => event.type === 'stage-finished' && event.stage === 'media'),
    ).toBeDefined();
    expect(planned.events.at(-1)).toMatchObject({ type: 'build-failed', code: 'install.timed-out' });
    expect(existsSync(join(folder, 'late', 'debian-13.qcow2'))).toBe(false);
  });
});
