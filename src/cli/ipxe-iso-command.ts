import { stat } from 'node:fs/promises';
import { isIPv4 } from 'node:net';
import { resolve } from 'node:path';
import { type MakeIpxeIsoRequest, makeIpxeIso } from '../build/make-ipxe-iso.ts';
import type { Logger } from '../foundation/logger.ts';
import { placesFrom } from '../foundation/places.ts';
import { formatSize } from '../foundation/size.ts';
import { firstFindings } from '../ipxe/bad-script.ts';
import { checkScript } from '../ipxe/check-script.ts';
import { inSameNetwork } from '../ipxe/ipv4.ts';
import type { BootFirmware } from '../ipxe/ipxe-programs.ts';
import { hostNameOf, readWholeUrl, serverOf } from '../ipxe/ipxe-url.ts';
import type { LoaderOptions } from '../ipxe/loader-script.ts';
import { readSetting } from '../ipxe/script-words.ts';
import { readStaticNetwork } from '../ipxe/static-network.ts';
import type { CliIo } from './cli-io.ts';
import { cliLogger } from './cli-logger.ts';
import { listenForInterruption } from './interruption.ts';
import { invalidOption } from './invalid-option.ts';
import { menuSeconds } from './ipxe-menu-request.ts';
import { outputPath } from './output-option.ts';
import { safeJson, safeLine } from './safe-text.ts';

export type IpxeIsoOptions = {
  readonly output: string;
  readonly chain?: readonly string[];
  readonly script?: string;
  readonly firmware?: string;
  readonly tries?: string;
  readonly address?: string;
  readonly netmask?: string;
  readonly gateway?: string;
  readonly dns?: string;
  readonly device?: string;
  readonly vlan?: string;
  readonly set?: readonly string[];
  readonly failsafeTimeout?: string;
  readonly unattended?: boolean;
  readonly verify?: boolean;
  readonly ipxeDir?: string;
  readonly offline?: boolean;
  readonly json?: boolean;
  readonly verbose?: boolean;
};

/** What only a generated script heeds. */
const OF_GENERATED = [
  ['chain', '--chain'],
  ['tries', '--tries'],
  ['address', '--address'],
  ['netmask', '--netmask'],
  ['gateway', '--gateway'],
  ['dns', '--dns'],
  ['device', '--device'],
  ['vlan', '--vlan'],
  ['set', '--set'],
  ['failsafeTimeout', '--failsafe-timeout'],
  ['unattended', '--unattended'],
  ['verify', '--verify'],
] as const satisfies readonly (readonly [keyof IpxeIsoOptions, string])[];

/** `kiln ipxe iso`. */
export async function runIpxeIso(options: IpxeIsoOptions, io: CliIo): Promise<void> {
  const request = isoRequest(options, io.cwd);
  const interruption = listenForInterruption(io, (line) => io.err.write(`${line}\n`));
  try {
    const logger = cliLogger(io.err, options.verbose === true);
    const made = await makeIpxeIso(request, {
      places: placesFrom(io.env),
      signal: interruption.signal,
      logger,
    });
    if (request.script.kind === 'own')
      warnOfFaults(request.script.path, Object.values(made.scripts)[0] ?? '', logger);
    const { size } = await stat(request.output);
    if (options.json) {
      io.out.write(`${safeJson({ path: request.output, size, ...made }, 2)}\n`);
      return;
    }
    for (const left of made.leftOut) io.err.write(`Left out: ${safeLine(left)}\n`);
    const programs = Object.entries(made.versions).map(
      ([kind, version]) => `${kind} with iPXE ${safeLine(version)}`,
    );
    io.out.write(`${safeLine(request.output)} (${formatSize(size)}): boots ${programs.join(', ')}\n`);
  } finally {
    interruption.end();
  }
}

/** The script is the user's: it goes onto the ISO as it is. */
function warnOfFaults(path: string, text: string, logger: Logger): void {
  const { lines, more } = firstFindings(path, checkScript(text));
  for (const line of lines) logger.warn(line);
  if (more > 0) logger.warn(`and ${more} more; \`kiln ipxe check --json\` tells of all`);
}

function isoRequest(options: IpxeIsoOptions, cwd: string): MakeIpxeIsoRequest {
  const { script, chain = [] } = options;
  const dropped = OF_GENERATED.filter(([name]) => options[name] !== undefined).map(([, flag]) => flag);
  if (script !== undefined && dropped.length > 0)
    throw invalidOption(
      '--script',
      `is a script of your own, which says itself what it does; leave ${dropped.join(', ')} out`,
    );
  if (script === undefined && chain.length === 0)
    throw invalidOption(
      '--chain',
      'is missing: name the script to load (--chain URL), or bring your own (--script FILE)',
    );
  return {
    output: outputPath('--output', options.output, cwd),
    firmware: readFirmware(options.firmware),
    script:
      script === undefined
        ? { kind: 'generated', loader: loaderOptions(options, chain) }
        : { kind: 'own', path: resolve(cwd, script) },
    ...(options.ipxeDir === undefined ? {} : { ipxeDir: resolve(cwd, options.ipxeDir) }),
    ...(options.offline ? { offline: true } : {}),
  };
}

function loaderOptions(options: IpxeIsoOptions, chain: readonly string[]): LoaderOptions {
  const { address, device, vlan } = options;
  if (device !== undefined && !/^net\d+$/.test(device))
    throw invalidOption('--device', 'is named like net0 or net1');
  if (options.unattended && options.failsafeTimeout !== undefined)
    throw invalidOption(
      '--failsafe-timeout',
      'is how long the failsafe menu waits, and --unattended has none; leave one of them out',
    );
  const words = { netmask: options.netmask, gateway: options.gateway, dns: options.dns };
  const lonely = address === undefined && Object.values(words).some((word) => word !== undefined);
  if (lonely) throw invalidOption('--address', 'is missing beside --netmask, --gateway or --dns');
  const network: LoaderOptions['network'] =
    address === undefined
      ? { kind: 'dhcp' }
      : { kind: 'static', ...readStaticNetwork({ address, ...words }) };
  const urls = chain.map((url) => readWholeUrl(url, 'schemeless'));
  const named = [...new Set(urls.flatMap((url) => hostNameOf(url) ?? []))];
  if (address !== undefined && options.dns === undefined && named.length > 0)
    throw invalidOption(
      '--dns',
      `is missing: without DHCP nothing else tells where ${named.join(', ')} is; or name the server by its address`,
    );
  requireRouter(network, urls);
  return {
    title: 'loader',
    network,
    chain: urls,
    tries: wholeNumber('--tries', options.tries ?? '5', 1, 1000),
    failsafe: options.unattended
      ? { kind: 'fail' }
      : {
          kind: 'menu',
          seconds: menuSeconds('--failsafe-timeout', options.failsafeTimeout, '; --unattended has no menu'),
        },
    settings: Object.fromEntries((options.set ?? []).map(readSetting)),
    ...(options.verify ? { verify: true } : {}),
    ...(device === undefined ? {} : { device }),
    ...(vlan === undefined ? {} : { vlan: wholeNumber('--vlan', vlan, 1, 4094) }),
  };
}

/** Without a router only the machine's own network can be reached. */
function requireRouter(network: LoaderOptions['network'], urls: readonly string[]): void {
  if (network.kind !== 'static' || network.gateway !== '') return;
  const { address, prefix } = network;
  const far = urls
    .flatMap((url) => serverOf(url) ?? [])
    .find((server) => isIPv4(server) && !inSameNetwork(address, server, Number(prefix)));
  if (far !== undefined)
    throw invalidOption(
      '--gateway',
      `is missing: ${far} lies outside ${address}/${prefix}, and only a router leads there`,
    );
}

export function readFirmware(word: string | undefined): readonly BootFirmware[] {
  if (word === undefined || word === 'both') return ['bios', 'uefi'];
  if (word === 'bios' || word === 'uefi') return [word];
  throw invalidOption('--firmware', `takes bios, uefi or both, not "${safeLine(word)}"`);
}

function wholeNumber(option: string, text: string, least: number, most: number): number {
  const value = /^\d+$/.test(text) ? Number(text) : Number.NaN;
  if (value >= least && value <= most) return value;
  throw invalidOption(option, `takes a whole number from ${least} to ${most}, not "${safeLine(text)}"`);
}
