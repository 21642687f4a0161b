import { existsSync } from 'node:fs';
import { readFile } from 'node:fs/promises';
import { join, relative, resolve } from 'node:path';
import { makeMenus } from '../build/make-menus.ts';
import { pathInside } from '../foundation/path-inside.ts';
import type { OnEdited } from '../ipxe/menu/edited-files.ts';
import { exportMenus } from '../ipxe/menu/export-menus.ts';
import { signFiles } from '../ipxe/menu/sign-menus.ts';
import { unheededSettings } from '../ipxe/menu/unheeded-settings.ts';
import type { CliIo } from './cli-io.ts';
import { cliLogger } from './cli-logger.ts';
import { buildContext } from './command-context.ts';
import { listenForInterruption } from './interruption.ts';
import { invalidOption } from './invalid-option.ts';
import { givenSettings, type MenuOptionValues, menusRequest, signingKey } from './ipxe-menu-request.ts';
import { safeJson, safeLine } from './safe-text.ts';

const CONFIG = 'boot.cfg';

export type ExportOptionValues = MenuOptionValues & {
  readonly keepEdited?: boolean;
  readonly force?: boolean;
};

/** `kiln ipxe menu export`. */
export async function runMenuExport(folder: string, options: ExportOptionValues, io: CliIo): Promise<void> {
  if (options.url === undefined)
    throw invalidOption('--url', 'is missing: the address the folder will be served at');
  const request = menusRequest(options, options.url, io);
  const key = signingKey(options, io.cwd);
  const target = resolve(io.cwd, folder);
  await requireApart(target, '--hosts', request.hostsFolder);
  await requireApart(target, '--custom', request.customFolder);
  const logger = cliLogger(io.err, options.verbose === true);
  const interruption = listenForInterruption(io, (line) => io.err.write(`${line}\n`));
  const { signal } = interruption;
  try {
    const files = await makeMenus(request, buildContext(io, { logger, signal }));
    const names = files.map(({ path }) => path);
    const { kept, unsigned } = await exportMenus(files, target, {
      version: request.version,
      onEdited: onEdited(options),
      signal,
      sign: async (draft, signed) => {
        if (key !== undefined) await signFiles(draft, signed, key, { logger, signal });
      },
    });
    const config = files.find(({ path }) => path === CONFIG)?.text ?? '';
    const unheeded = kept.includes(CONFIG)
      ? unheededSettings(config, await readFile(join(target, CONFIG), 'utf8'), givenSettings(options))
      : [];
    const signed = key !== undefined;
    tell({ target, names, kept, unheeded, url: request.url, signed, unsigned }, options, io);
  } finally {
    interruption.end();
  }
}

/** What lies there would be published, and the scripts of machines removed by the next export without them. */
async function requireApart(target: string, option: string, folder: string | undefined): Promise<void> {
  if (folder === undefined || !existsSync(folder) || !existsSync(target)) return;
  if ((await pathInside(target, relative(target, folder))) !== undefined)
    throw invalidOption(
      option,
      `names a folder among the exported menus, ${safeLine(folder)}, where exports write and remove files; keep yours elsewhere`,
    );
}

type Exported = {
  readonly target: string;
  readonly names: readonly string[];
  readonly kept: readonly string[];
  /** Settings of options that do not count: the kept boot.cfg says otherwise. */
  readonly unheeded: readonly string[];
  readonly url: string;
  readonly signed: boolean;
  readonly unsigned: boolean;
};

function tell(exported: Exported, { json }: ExportOptionValues, io: CliIo): void {
  const { target, names, kept, unheeded, url, signed, unsigned } = exported;
  if (unsigned) io.err.write('The menus before were signed, these are not: their signatures are removed.\n');
  if (kept.length > 0) io.err.write(`Kept as edited: ${safeLine(kept.join(', '))}.\n`);
  if (unheeded.length > 0)
    io.err.write(
      `The kept ${CONFIG} says otherwise than the options, and counts: ${unheeded.join(', ')}. Change them there.\n`,
    );
  if (json) io.out.write(`${safeJson({ folder: target, files: names, signed, kept, unheeded }, 2)}\n`);
  else
    io.out.write(
      `${safeLine(target)}: ${names.length} files${signed ? ', signed' : ''}; boot ${url}menu.ipxe\n`,
    );
}

function onEdited({ keepEdited, force }: ExportOptionValues): OnEdited {
  if (keepEdited && force) throw invalidOption('--keep-edited', 'and --force contradict each other');
  if (keepEdited) return 'keep';
  return force ? 'overwrite' : 'refuse';
}
