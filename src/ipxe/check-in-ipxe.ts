import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { IsolinuxFiles } from '../boot-image/isolinux-files.ts';
import { HostError } from '../foundation/errors.ts';
import type { Logger } from '../foundation/logger.ts';
import { clipped } from '../foundation/printable.ts';
import { missingLabel, type ScriptFinding } from './check-script.ts';
import type { BootFirmware, IpxePrograms } from './ipxe-programs.ts';
import { parseScript } from './parse-script.ts';
import { type IpxeHost, runIpxe } from './run-ipxe.ts';
import { writeIpxeIso } from './write-ipxe-iso.ts';

export type IpxeCheckOptions = {
  readonly programs: IpxePrograms;
  readonly isolinux: IsolinuxFiles | undefined;
  readonly firmware: BootFirmware;
  readonly host: IpxeHost;
  readonly signal?: AbortSignal;
  readonly logger?: Logger;
};

const END = 'KILN-CHECK end';
const DEADLINE_MS = { bios: 90_000, uefi: 240_000 } as const;
const ASKABLE = /^[\w.-]+$/;
const NO_COMMAND = /^([\w.-]+): command not found$/;

/**
 * Has a real iPXE say which commands of a script it does not know and which labels it does not find. Nothing of the script is run: each
 * command is asked for its help, and the labels stand in a copy of the script without its commands.
 * @throws HostError `ipxe.no-answer`
 */
export async function checkInIpxe(
  text: string,
  options: IpxeCheckOptions,
): Promise<readonly ScriptFinding[]> {
  const script = parseScript(text);
  const names = [...new Set(script.commands.map(({ words }) => words[0] ?? ''))];
  const gotos = script.commands.filter(
    ({ words: [name, label] }) => name === 'goto' && /^[^$]+$/.test(label ?? ''),
  );
  const lines = await say(
    probeOf(
      names.filter((name) => ASKABLE.test(name)),
      gotos.map(({ words }) => words[1] ?? ''),
      [...script.labels.keys()],
    ),
    options,
  );
  const unknown = new Set([
    ...lines.flatMap((line) => NO_COMMAND.exec(line)?.[1] ?? []),
    // No command has such a name; which one a setting will hold only iPXE knows.
    ...names.filter((name) => !ASKABLE.test(name) && !name.includes('${')),
  ]);
  const missing = new Set(
    lines.flatMap((line) => /^KILN-CHECK no label (\d+)$/.exec(line)?.[1] ?? []).map(Number),
  );
  const ofCommands = script.commands
    .filter(({ words }) => unknown.has(words[0] ?? ''))
    .map(({ line, words }) => ({
      line,
      problem: `iPXE does not know the command "${clipped(words[0] ?? '')}"`,
    }));
  const ofLabels = gotos
    .filter((_, index) => missing.has(index))
    .map(({ line, words: [, label = ''] }) => ({
      line,
      problem: script.labels.has(label)
        ? `iPXE finds no label "${label}"`
        : missingLabel(label, script.labels),
    }));
  return [...ofCommands, ...ofLabels].sort((a, b) => a.line - b.line);
}

/** Each label of the script leads back to where it was jumped from. */
function probeOf(names: readonly string[], targets: readonly string[], labels: readonly string[]): string {
  return `${[
    '#!ipxe',
    'echo',
    ...names.map((name) => `${name} --help ||`),
    ...targets.flatMap((label, index) => [
      `set kiln_back ${index}`,
      `goto ${label} || echo KILN-CHECK no label ${index}`,
      `:kiln_back_${index}`,
    ]),
    'echo',
    `echo ${END}`,
    'sleep 600',
    ...labels.flatMap((label) => [`:${label}`, 'goto kiln_back_${kiln_back}']),
  ].join('\n')}\n`;
}

async function say(script: string, options: IpxeCheckOptions): Promise<readonly string[]> {
  const { firmware, programs, isolinux, host, signal, logger } = options;
  const folder = await mkdtemp(join(tmpdir(), 'kiln-ipxe-check-'));
  const context = { ...(logger ? { logger } : {}), ...(signal ? { signal } : {}) };
  try {
    const iso = join(folder, 'check.iso');
    await writeIpxeIso(
      { programs, isolinux, firmware: [firmware], scripts: { [firmware]: script } },
      iso,
      context,
    );
    const until = (line: string): boolean => line === END;
    const deadlineMs = DEADLINE_MS[firmware];
    const run = await runIpxe({ ...context, host, iso, firmware, network: 'none', deadlineMs, until });
    if (run.ended === 'said-enough') return run.lines;
    throw new HostError(
      'ipxe.no-answer',
      `iPXE did not come to the end of the check. Its last words: ${run.lines.at(-1) ?? 'none'}.`,
      {
        details: { console: run.lines.slice(-15) },
      },
    );
  } finally {
    await rm(folder, { recursive: true, force: true });
  }
}
