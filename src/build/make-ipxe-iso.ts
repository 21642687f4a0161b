import { stat } from 'node:fs/promises';
import { SpecError } from '../foundation/errors.ts';
import { type Logger, silentLogger } from '../foundation/logger.ts';
import { outputFile } from '../foundation/output-file.ts';
import type { Places } from '../foundation/places.ts';
import { readTextFile } from '../foundation/read-regular-file.ts';
import { mebibytes } from '../foundation/size.ts';
import { probeHost } from '../host/probe-host.ts';
import type { IpxeCapabilities } from '../ipxe/capabilities.ts';
import type { BootFirmware } from '../ipxe/ipxe-programs.ts';
import { type LoaderOptions, type LoaderScript, loaderScript } from '../ipxe/loader-script.ts';
import { ipxeHost } from '../ipxe/run-ipxe.ts';
import { isScript } from '../ipxe/script-words.ts';
import { writeIpxeIso } from '../ipxe/write-ipxe-iso.ts';
import { type IpxeTools, ipxeTools } from './ipxe-tools.ts';

export type MakeIpxeIsoRequest = {
  readonly output: string;
  readonly firmware: readonly BootFirmware[];
  /** What the generated script does, or the user's own script as it is. */
  readonly script:
    | { readonly kind: 'generated'; readonly loader: LoaderOptions }
    | { readonly kind: 'own'; readonly path: string };
  /** Folder with the user's own iPXE programs. */
  readonly ipxeDir?: string;
  readonly offline?: boolean;
};

export type MadeIpxeIso = {
  readonly scripts: Readonly<Partial<Record<BootFirmware, string>>>;
  readonly versions: Readonly<Partial<Record<BootFirmware, string>>>;
  /** What was asked for and a program cannot do, with the program's version. */
  readonly leftOut: readonly string[];
};

/**
 * `kiln ipxe iso`: finds and asks this host's iPXE, makes the scripts and writes the image.
 * @throws SpecError `ipxe.*`; HostError; MediaError
 */
export async function makeIpxeIso(
  request: MakeIpxeIsoRequest,
  context: { readonly places: Places; readonly signal?: AbortSignal; readonly logger?: Logger },
): Promise<MadeIpxeIso> {
  const { firmware, ipxeDir, script } = request;
  const { cache } = context.places;
  const { signal = new AbortController().signal, logger = silentLogger } = context;
  const output = await outputFile(request.output);
  if (script.kind === 'own') await requireAnother(output, script.path, 'the script');
  const own = script.kind === 'own' ? await readOwnScript(script.path) : undefined;
  const host = ipxeHost(await probeHost({ cacheDir: cache, signal, logger }));
  const tools = await ipxeTools({
    firmware,
    host,
    cacheDir: cache,
    signal,
    logger,
    ...(ipxeDir === undefined ? {} : { folder: ipxeDir }),
    ...(request.offline ? { offline: true } : {}),
  });
  for (const program of [tools.programs.lkrn, tools.programs.efi])
    if (program !== undefined) await requireAnother(output, program, 'an iPXE program');
  const made = scriptsFor(firmware, tools.capabilities, (can) =>
    script.kind === 'own' ? { text: own ?? '', leftOut: [] } : loaderScript(script.loader, can),
  );
  const scripts = Object.fromEntries(made.map(({ one, text }) => [one, text]));
  await writeIpxeIso({ ...tools, firmware, scripts }, output, { signal, logger });
  return {
    scripts,
    versions: Object.fromEntries(made.map(({ one, version }) => [one, version])),
    leftOut: [...new Set(made.flatMap(({ leftOut }) => leftOut))],
  };
}

/** The ISO takes the place of what is there. */
async function requireAnother(output: string, input: string, what: string): Promise<void> {
  const [there, here] = await Promise.all([output, input].map((path) => stat(path).catch(() => undefined)));
  if (there === undefined || there.dev !== here?.dev || there.ino !== here.ino) return;
  throw new SpecError('output.is-input', `${output} is ${what} that the ISO is made of. Name another file.`, {
    details: { path: output },
  });
}

type MadeScript = LoaderScript & { readonly one: BootFirmware; readonly version: string };

/** @throws SpecError `ipxe.cannot`, with the firmware whose iPXE can where there is one */
export function scriptsFor(
  firmware: readonly BootFirmware[],
  capabilities: IpxeTools['capabilities'],
  make: (can: IpxeCapabilities) => LoaderScript,
): readonly MadeScript[] {
  const made: MadeScript[] = [];
  const refused: SpecError[] = [];
  for (const one of firmware) {
    const can = capabilities[one];
    if (can === undefined) continue;
    try {
      made.push({ ...make(can), one, version: can.version });
    } catch (error) {
      if (!(error instanceof SpecError)) throw error;
      refused.push(error);
    }
  }
  const [cause] = refused;
  if (cause === undefined) return made;
  const [other] = made;
  if (other === undefined) throw cause;
  const advice = `The one for ${other.one === 'uefi' ? 'UEFI' : 'BIOS'} (iPXE ${other.version}) can: --firmware ${other.one}`;
  throw new SpecError(cause.code, `${cause.message} ${advice}.`, { cause, details: cause.details });
}

/** Several times what goes onto an ISO, since a script may be fetched as well. */
const LARGEST = mebibytes(1);

/** @throws SpecError `ipxe.script-unreadable` */
export function readScriptText(path: string): Promise<string> {
  return readTextFile(
    path,
    (why, cause) => new SpecError('ipxe.script-unreadable', `The iPXE script ${path} ${why}.`, { cause }),
    LARGEST,
  );
}

/** @throws SpecError `ipxe.script-unreadable`, `ipxe.not-a-script` */
export async function readOwnScript(path: string): Promise<string> {
  const text = await readScriptText(path);
  if (isScript(text)) return text;
  throw new SpecError(
    'ipxe.not-a-script',
    `${path} is no iPXE script: its first line must be #!ipxe with a line break behind it, else iPXE takes it for something else.`,
  );
}
