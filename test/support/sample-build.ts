import { execFileSync } from 'node:child_process';
import { createHash } from 'node:crypto';
import { mkdirSync, readFileSync, rmSync, statSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import type { Manifest } from '../../src/artifact/manifest-schema.ts';

export const SAMPLE_MANIFEST: Manifest = {
  schemaVersion: 1,
  kilnVersion: '0.1.0',
  buildId: '1a2b3c4d',
  name: 'debian-13',
  createdAt: '2026-01-02T03:04:05Z',
  inputs: {
    media: [{ kind: 'cdrom', source: 'debian.iso', files: [{ name: 'debian.iso', sha256: 'a'.repeat(64) }] }],
    installScript: { name: 'preseed.cfg', sha256: 'b'.repeat(64) },
    templates: [],
  },
  tools: { 'qemu-img': '7.2.22' },
  host: { arch: 'x86_64', accelerator: 'tcg', cpuModel: 'a processor' },
  plan: { name: 'debian-13', variables: { user: 'me' } },
  outcome: { kind: 'completed' },
  verification: {
    virtualSize: 1,
    firmware: 'bios',
    partitionTable: 'gpt',
    volumes: [{ name: 'partition 1', fileSystem: 'ext4', size: 1 }],
    checks: [{ name: 'os', result: 'pass', sentence: 'There is one.' }],
  },
  bootCheck: { result: 'passed', line: 'login:', seconds: 12.5 },
  timings: { install: 300.1 },
  outputs: [
    {
      file: 'debian-13.qcow2',
      format: 'qcow2',
      imageKind: 'whole-disk',
      compression: 'zstd',
      size: 1,
      virtualSize: 2,
      sha256: 'c'.repeat(64),
      sha512: 'd'.repeat(128),
    },
  ],
};

const DISK = 2 << 20;

/** A build's folder as Kiln leaves it, with a small image of its own content instead of a system's. */
export function sampleBuild(folder: string, content: string): void {
  mkdirSync(folder, { recursive: true });
  const [raw, path] = [join(folder, 'disk.raw'), join(folder, 'debian-13.qcow2')];
  writeFileSync(raw, Buffer.concat([Buffer.alloc(DISK / 2, content), Buffer.alloc(DISK / 2)]));
  execFileSync('qemu-img', ['convert', '-f', 'raw', '-O', 'qcow2', raw, path]);
  rmSync(raw);
  const bytes = readFileSync(path);
  const sum = (algorithm: string): string => createHash(algorithm).update(bytes).digest('hex');
  const [output] = SAMPLE_MANIFEST.outputs;
  if (output === undefined) throw new Error('the sample has no output');
  const manifest: Manifest = {
    ...SAMPLE_MANIFEST,
    verification: {
      ...SAMPLE_MANIFEST.verification,
      os: { id: 'debian', versionId: '13', prettyName: 'Debian GNU/Linux 13' },
    },
    outputs: [
      {
        ...output,
        size: statSync(path).size,
        virtualSize: DISK,
        sha256: sum('sha256'),
        sha512: sum('sha512'),
      },
    ],
  };
  writeFileSync(join(folder, 'manifest.json'), JSON.stringify(manifest));
}
