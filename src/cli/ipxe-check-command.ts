import { resolve } from 'node:path';
import { ipxeTools } from '../build/ipxe-tools.ts';
import { readOwnScript, readScriptText } from '../build/make-ipxe-iso.ts';
import { placesFrom } from '../foundation/places.ts';
import { probeHost } from '../host/probe-host.ts';
import { badScript } from '../ipxe/bad-script.ts';
import { checkInIpxe } from '../ipxe/check-in-ipxe.ts';
import { checkScript, type ScriptFinding } from '../ipxe/check-script.ts';
import type { BootFirmware } from '../ipxe/ipxe-programs.ts';
import { ipxeHost } from '../ipxe/run-ipxe.ts';
import type { CliIo } from './cli-io.ts';
import { cliLogger } from './cli-logger.ts';
import { listenForInterruption } from './interruption.ts';
import { invalidOption } from './invalid-option.ts';
import { safeJson, safeLine } from './safe-text.ts';

export type CheckOptionValues = {
  readonly firmware?: string;
  readonly static?: boolean;
  readonly ipxeDir?: string;
  readonly offline?: boolean;
  readonly json?: boolean;
  readonly verbose?: boolean;
};

/** `kiln ipxe check`. @throws SpecError `ipxe.bad-script` */
export async function runIpxeCheck(script: string, options: CheckOptionValues, io: CliIo): Promise<void> {
  const { firmware = 'bios' } = options;
  if (firmware !== 'bios' && firmware !== 'uefi')
    throw invalidOption('--firmware', `takes bios or uefi, not "${safeLine(firmware)}"`);
  const path = resolve(io.cwd, script);
  const text = options.static ? await readScriptText(path) : await readOwnScript(path);
  const findings = [
    ...checkScript(text),
    ...(options.static ? [] : await askIpxe(text, firmware, options, io)),
  ];
  const seen = new Set<string>();
  const all = findings
    .filter(({ line, problem }) => seen.size < seen.add(`${line} ${problem}`).size)
    .sort((a, b) => a.line - b.line);
  if (options.json) io.out.write(`${safeJson(all, 2)}\n`);
  if (all.length > 0) throw badScript(safeLine(script), all);
  if (!options.json)
    io.out.write(`${safeLine(script)}: no fault found${options.static ? '' : ', asked a real iPXE'}.\n`);
}

async function askIpxe(
  text: string,
  firmware: BootFirmware,
  options: CheckOptionValues,
  io: CliIo,
): Promise<readonly ScriptFinding[]> {
  const logger = cliLogger(io.err, options.verbose === true);
  const interruption = listenForInterruption(io, (line) => io.err.write(`${line}\n`));
  const { signal } = interruption;
  const cacheDir = placesFrom(io.env).cache;
  try {
    const host = ipxeHost(await probeHost({ cacheDir, signal, logger }));
    const folder = options.ipxeDir === undefined ? {} : { folder: resolve(io.cwd, options.ipxeDir) };
    const tools = await ipxeTools({
      firmware: [firmware],
      host,
      cacheDir,
      signal,
      logger,
      ...folder,
      offline: options.offline === true,
    });
    return await checkInIpxe(text, { ...tools, firmware, host, signal, logger });
  } finally {
    interruption.end();
  }
}
