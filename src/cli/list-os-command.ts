import { formatSize } from '../foundation/size.ts';
import type { OperatingSystem } from '../os/operating-system.ts';
import { OPERATING_SYSTEMS } from '../os/os-table.ts';
import { openOsinfoDb } from '../osinfo/osinfo-db.ts';
import { osinfoFolders } from '../osinfo/osinfo-folders.ts';
import { listOsinfo, type OsinfoSystem } from '../osinfo/osinfo-system.ts';
import type { CliIo } from './cli-io.ts';
import { safeJson, safeLine } from './safe-text.ts';
import { styleFor } from './style.ts';
import { textTable } from './text-table.ts';

export type ListOsOptions = { readonly all?: boolean; readonly json?: boolean };

/** `kiln os list [WORD…]`. */
export async function runListOs(words: readonly string[], options: ListOsOptions, io: CliIo): Promise<void> {
  const ours = OPERATING_SYSTEMS.filter((os) => !os.generic && !os.internal).filter((os) =>
    holds(wordsOf(os), words),
  );
  const known = new Set(OPERATING_SYSTEMS.flatMap((os) => [os.id, ...os.aliases]));
  const all = options.all ? listOsinfo(openOsinfoDb(osinfoFolders(io.env))) : [];
  const others = all.filter((os) => !os.ids.some((id) => known.has(id)));
  const more = others.filter((os) => holds([...os.ids, os.title], words));
  if (options.json) io.out.write(`${safeJson([...ours, ...more], 2)}\n`);
  else io.out.write(osTable(ours, more, styleFor(io.out).bold));
}

function wordsOf(os: OperatingSystem): readonly string[] {
  const installers = os.installers.flatMap(({ family, dialect, scriptKinds }) => [
    family,
    dialect,
    ...scriptKinds,
  ]);
  return [os.id, ...os.aliases, os.title, os.cpuLevel, ...os.architectures, ...installers];
}

function holds(texts: readonly string[], words: readonly string[]): boolean {
  return words.every((word) => texts.some((text) => text.toLowerCase().includes(word.toLowerCase())));
}

function osTable(
  ours: readonly OperatingSystem[],
  others: readonly OsinfoSystem[],
  bold: (text: string) => string,
): string {
  if (ours.length + others.length === 0) return 'No system is like that; `kiln os list` lists them all.\n';
  const rows = [
    ...ours.map((os) => [
      os.id,
      os.title,
      // One that reads several kinds of script has a row for each.
      [...new Set(os.installers.map(({ family }) => family))].join(', '),
      os.scriptKinds.join(', '),
      formatSize(os.minimumMemory),
      os.cpuLevel,
      os.endOfLife ?? '-',
    ]),
    ...others.map((os) => [os.id, safeLine(os.title), 'osinfo-db', '-', '-', '-', os.endOfLife ?? '-']),
  ];
  const header = ['ID', 'TITLE', 'INSTALLER', 'SCRIPT', 'MEMORY', 'CPU', 'END OF LIFE'];
  const [first = '', ...lines] = textTable(header, rows);
  return `${[bold(first), ...lines].join('\n')}\n`;
}
