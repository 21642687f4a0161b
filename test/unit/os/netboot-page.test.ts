import { readFile } from 'node:fs/promises';
import { resolve } from 'node:path';
import { expect, it } from 'vitest';
import { NETBOOT_SYSTEMS, NOT_OVER_NETBOOT } from '../../../src/os/netboot-table.ts';
import { OPERATING_SYSTEMS } from '../../../src/os/os-table.ts';

const page = resolve(import.meta.dirname, '../../../docs/ipxe.md');

/** One row for all systems that are missing for the same reason. */
function table(): string {
  const reasons = [...new Set(NOT_OVER_NETBOOT.map(({ why }) => why))];
  const rows = reasons.map((reason) => {
    const systems = NOT_OVER_NETBOOT.filter(({ why }) => why === reason);
    return `| ${systems.map(({ os }) => os.title).join(', ')} | ${reason} |`;
  });
  return ['| system | why |', '|---|---|', ...rows].join('\n');
}

it('the page says which systems are not in the menus, and why (vitest -u writes it)', async () => {
  const text = await readFile(page, 'utf8');
  const filled = text.replace(
    /(<!-- missing: [^>]*-->\n)[\s\S]*?(<!-- end -->)/,
    (_all, start: string, end: string) => `${start}${table()}\n${end}`,
  );
  await expect(filled).toMatchFileSnapshot(page);
});

it('every system of the table is in the menus or said to be missing', () => {
  const offered = NETBOOT_SYSTEMS.flatMap(({ releases }) => releases.map(({ osId }) => osId));
  const missing = NOT_OVER_NETBOOT.map(({ os }) => os.id);
  const listed = OPERATING_SYSTEMS.filter(({ generic, internal }) => !generic && !internal);
  expect([...offered, ...missing].sort()).toEqual(listed.map(({ id }) => id).sort());
  expect(missing).toEqual(expect.arrayContaining(['ol9', 'sles15', 'ubuntu20.04']));
});
