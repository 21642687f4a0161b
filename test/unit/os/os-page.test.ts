import { readFile } from 'node:fs/promises';
import { resolve } from 'node:path';
import { expect, it } from 'vitest';
import { formatSize } from '../../../src/foundation/size.ts';
import { installerArguments } from '../../../src/os/kernel-arguments.ts';
import { KERNEL_DIALECTS, type OperatingSystem } from '../../../src/os/operating-system.ts';
import { OPERATING_SYSTEMS } from '../../../src/os/os-table.ts';

const page = resolve(import.meta.dirname, '../../../docs/os.md');
const kinds = {
  dracut: 'kickstart',
  'anaconda-old': 'kickstart',
  'debian-installer': 'preseed',
  kickseed: 'kickstart',
  casper: 'autoinstall',
  linuxrc: 'autoyast',
  'test-installer': 'kickstart',
} as const;

function row(os: OperatingSystem): string {
  const network =
    os.minimumMemoryNetwork === os.minimumMemory ? '' : ` (${formatSize(os.minimumMemoryNetwork)})`;
  const installers = os.installers.map(
    ({ dialect, scriptKinds }) => `${scriptKinds.join(', ')} (${dialect})`,
  );
  const cells = [
    `\`${os.id}\``,
    os.title,
    installers.join('; '),
    os.architectures.join(', '),
    formatSize(os.minimumMemory) + network,
    formatSize(os.minimumDisk),
    os.cpuLevel,
    os.firmware.join(', '),
    os.endOfLife ?? '–',
  ];
  return `| ${cells.join(' | ')} |`;
}

const table = [
  '| id | system | script (dialect) | architectures | memory (network) | disk | CPU | firmware | end of life |',
  '|---|---|---|---|---|---|---|---|---|',
  ...OPERATING_SYSTEMS.filter(({ generic, internal }) => !generic && !internal).map(row),
].join('\n');

const dialects = [
  '| dialect | arguments |',
  '|---|---|',
  ...KERNEL_DIALECTS.filter((dialect) => dialect !== 'test-installer').map((dialect) => {
    const inject = dialect === 'casper' ? 'seed-iso' : 'initrd';
    return `| ${dialect} | \`${installerArguments(dialect, { kind: kinds[dialect], inject }).join(' ')}\` |`;
  }),
].join('\n');

function filled(text: string, name: string, content: string): string {
  return text.replace(
    new RegExp(`(<!-- ${name}: [^>]*-->\n)[\\s\\S]*?(<!-- end -->)`),
    (_all, start: string, end: string) => `${start}${content}\n${end}`,
  );
}

it('docs/os.md shows the table as it is (`npx vitest run -u` of this file writes it)', async () => {
  const text = await readFile(page, 'utf8');
  const wanted = filled(filled(text, 'table', table), 'dialects', dialects);
  await expect(wanted).toMatchFileSnapshot(page);
});
