import { readFile } from 'node:fs/promises';
import { featuresOfLevel } from '../os/cpu-level.ts';
import { CPU_LEVELS, type CpuLevel } from '../os/operating-system.ts';

/** /proc/cpuinfo writes `sse4_1`; the kernel calls what libvirt calls `abm` so too. */
export function levelOfFlags(flags: readonly string[]): CpuLevel {
  const has = new Set(flags.map((flag) => flag.replace(/^sse4_/, 'sse4.')));
  const reached = CPU_LEVELS.filter((level) => featuresOfLevel(level).every((name) => has.has(name)));
  return reached.at(-1) ?? 'x86-64';
}

/** Of this host's first CPU; undefined where /proc does not tell. */
export async function hostCpuLevel(): Promise<CpuLevel | undefined> {
  const text = await readFile('/proc/cpuinfo', 'utf8').catch(() => undefined);
  const flags = text === undefined ? undefined : /^flags\s*:\s*(.*)$/m.exec(text)?.[1];
  return flags === undefined ? undefined : levelOfFlags(flags.split(' '));
}
