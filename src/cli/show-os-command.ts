import { SpecError } from '../foundation/errors.ts';
import { suggestion } from '../foundation/nearest-word.ts';
import { formatSize } from '../foundation/size.ts';
import { findOs, OS_WORDS } from '../os/find-os.ts';
import type { OperatingSystem } from '../os/operating-system.ts';
import { openOsinfoDb } from '../osinfo/osinfo-db.ts';
import { osinfoFolders } from '../osinfo/osinfo-folders.ts';
import { findOsinfo, type OsinfoSystem } from '../osinfo/osinfo-system.ts';
import type { CliIo } from './cli-io.ts';
import { safeJson, safeLine } from './safe-text.ts';
import { styleFor } from './style.ts';

/**
 * `kiln os show ID`: from Kiln's table; a system that it only knows in general from osinfo-db where that knows it.
 * @throws SpecError `os.unknown`
 */
export async function runShowOs(id: string, options: { readonly json?: boolean }, io: CliIo): Promise<void> {
  const own = findOs(id);
  const found =
    own === undefined || own.generic ? (findOsinfo(openOsinfoDb(osinfoFolders(io.env)), id) ?? own) : own;
  if (found === undefined) {
    throw new SpecError(
      'os.unknown',
      `Kiln does not know the operating system "${id}", nor does this host's osinfo-db.${suggestion(id, OS_WORDS)} ` +
        '`kiln os list --all` lists them.',
      { details: { os: id } },
    );
  }
  if (options.json) io.out.write(`${safeJson(found, 2)}\n`);
  else io.out.write(rowsText('ids' in found ? osinfoRows(found) : tableRows(found), styleFor(io.out).bold));
}

type Row = readonly [label: string, value: string | undefined];

function tableRows(os: OperatingSystem): readonly Row[] {
  return [
    ['Id', os.id],
    ['Title', os.title],
    ['Also', os.aliases.join(', ')],
    ...os.installers.map(
      ({ family, dialect, scriptKinds }): Row => [
        'Installer',
        `${family}, kernel arguments as ${dialect}, reads ${scriptKinds.join(' or ')}`,
      ],
    ),
    ['Template', os.template],
    ['Architectures', os.architectures.join(', ')],
    ...os.bootFiles.map(
      ({ media, arch, kernel, initrd }): Row => [
        'Boot files',
        `${kernel} with ${initrd} (${media}${arch === undefined ? '' : `, ${arch}`})`,
      ],
    ),
    ['Memory', `${formatSize(os.minimumMemory)}, from the network ${formatSize(os.minimumMemoryNetwork)}`],
    ['Disk', formatSize(os.minimumDisk)],
    ['CPU', os.cpuLevel],
    ['Passwords', os.passwordHash],
    ['Firmware', os.firmware.join(', ')],
    ...os.firstBootQuirks.map((quirk): Row => ['First boot', quirk]),
    ...os.emulationQuirks.map(({ disable, why }): Row => ['Emulation', `without ${disable}: ${why}`]),
    ['Released', os.released],
    ['End of life', os.endOfLife],
  ];
}

function osinfoRows(os: OsinfoSystem): readonly Row[] {
  return [
    ['Id', os.id],
    ['Title', os.title],
    ['Also', os.ids.slice(1).join(', ')],
    ['Known from', 'osinfo-db'],
    ['Architectures', os.architectures.join(', ')],
    ...os.bootFiles.map(
      ({ kernel, initrd, arch }): Row => ['Boot files', `${kernel} with ${initrd} (${arch})`],
    ),
    ['Memory', os.minimumMemory === undefined ? undefined : formatSize(os.minimumMemory)],
    ['Disk', os.minimumDisk === undefined ? undefined : formatSize(os.minimumDisk)],
    ['Released', os.released],
    ['End of life', os.endOfLife],
  ];
}

function rowsText(rows: readonly Row[], bold: (text: string) => string): string {
  const lines = rows.flatMap(([label, value]) =>
    value === undefined || value === '' ? [] : [`${bold(label.padEnd(13))} ${safeLine(value)}`],
  );
  return `${lines.join('\n')}\n`;
}
