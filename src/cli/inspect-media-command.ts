import { isAbsolute, resolve } from 'node:path';
import { placesFrom } from '../foundation/places.ts';
import { formatSize } from '../foundation/size.ts';
import { type InspectedFile, inspectMedia, type MediaInspection } from '../media/inspect-media.ts';
import { proxyFrom } from '../media/proxy-fetch.ts';
import type { CliIo } from './cli-io.ts';
import { cliLogger } from './cli-logger.ts';
import { listenForInterruption } from './interruption.ts';
import type { InspectOptions } from './media-commands.ts';
import { safeJson, safeLine } from './safe-text.ts';
import { styleFor } from './style.ts';

/** `kiln media inspect PATH|URL`. */
export async function runInspectMedia(from: string, options: InspectOptions, io: CliIo): Promise<void> {
  const interruption = listenForInterruption(io, (line) => io.err.write(`${line}\n`));
  try {
    const proxy = proxyFrom(io.env);
    const found = await inspectMedia(mediaWord(from, io.cwd), {
      cacheDir: placesFrom(io.env).cache,
      offline: options.offline === true,
      logger: cliLogger(io.err, options.verbose === true),
      signal: interruption.signal,
      ...(proxy === undefined ? {} : { proxy }),
    });
    if (options.json) io.out.write(`${safeJson(found, 2)}\n`);
    else io.out.write(inspectionText(found, styleFor(io.out).bold));
  } finally {
    interruption.end();
  }
}

/** A path is seen from where the user is; URLs stay. */
export function mediaWord(from: string, cwd: string): string {
  return /^[a-z][a-z0-9+.-]+:/i.test(from) || isAbsolute(from) ? from : resolve(cwd, from);
}

export function inspectionText(found: MediaInspection, bold: (text: string) => string): string {
  const system = found.title ?? found.osId ?? 'not recognised';
  const id = found.osId !== undefined && found.osId !== system ? ` (${found.osId})` : '';
  const boots = [...(found.boots.bios ? ['BIOS'] : []), ...(found.boots.uefi ? ['UEFI'] : [])];
  const rows: readonly (readonly [string, string | undefined])[] = [
    ['Media', found.source],
    ['Kind', found.kind === 'iso' ? 'ISO image' : 'install tree'],
    ['Size', found.sizeBytes === undefined ? undefined : formatSize(found.sizeBytes)],
    ['System', `${system}${id}`],
    ['Version', found.version],
    ['Architecture', found.arch],
    ['Installer', found.family],
    ['Label', found.volumeLabel],
    ['Firmware boots', found.kind === 'iso' ? boots.join(' and ') || 'nothing' : undefined],
    ['iPXE', found.isIpxe ? 'yes' : undefined],
    ...found.bootFiles.map((file) => [file.role === 'kernel' ? 'Kernel' : 'Initrd', fileText(file)] as const),
    ['Arguments', found.kernelArguments.join(' ')],
    ...found.why.map((why) => ['Because', why] as const),
    ...found.problems.map((problem) => ['Problem', problem] as const),
  ];
  const lines = rows.flatMap(([label, value]) =>
    value === undefined || value === '' ? [] : [`${bold(label.padEnd(15))}${safeLine(value)}`],
  );
  return `${lines.join('\n')}\n`;
}

function fileText({ path, sizeBytes, sha256, listed, matches }: InspectedFile): string {
  const size = sizeBytes === undefined ? [] : [formatSize(sizeBytes)];
  const listing = listed === undefined ? '' : `${listed.algorithm}:${listed.digest} as ${listed.where} lists`;
  const judged = matches ? ', checked' : ', which it is NOT';
  const verdict = listing === '' ? '' : `${listing}${matches === undefined ? ', not checked' : judged}`;
  const sum = verdict !== '' ? [verdict] : sha256 === undefined ? ['not checked'] : [`sha256:${sha256}`];
  return [path, ...size, ...sum].join(', ');
}
