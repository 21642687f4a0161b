import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { writeXml, type XmlNode } from '../../../src/foundation/xml-node.ts';
import { connectLibvirt } from '../../../src/libvirt/connect-libvirt.ts';
import type { LibvirtConnection } from '../../../src/libvirt/libvirt.ts';
import { LibvirtError } from '../../../src/libvirt/libvirt-error.ts';
import { type ComparedLine, compareLine, readLines, score } from '../../support/compare-command-line.ts';
import { startVirtInstall } from '../../support/run-virt-install.ts';

/** How many of the lines must make XML that libvirt takes; the others ask for what no libvirt has. */
const MOSTLY = 0.85;

const lines = readLines(readFileSync(join(import.meta.dirname, 'command-lines.txt'), 'utf8'));

describe('the XML of a command line', () => {
  let virtInstall: ReturnType<typeof startVirtInstall>;
  let libvirt: LibvirtConnection;
  const compared: ComparedLine[] = [];
  let valid = 0;

  beforeAll(async () => {
    virtInstall = startVirtInstall();
    libvirt = await connectLibvirt('test:///default');
  });
  afterAll(async () => {
    await virtInstall.close();
    await libvirt.close();
    process.stderr.write(`${score(compared)}\nlibvirt's schema takes those of ${valid}\n`);
    expect(valid).toBeGreaterThan(lines.length * MOSTLY);
  });

  it.each(lines.map((line) => [line.text, line] as const))("is virt-install's: %s", async (_, line) => {
    const result = await compareLine(line, virtInstall);
    compared.push(result);
    expect(result.differences).toEqual([]);
    // libvirt takes it, or refuses virt-install's as well: some lines ask for what no libvirt has.
    if (await isRefused(libvirt, result.kiln)) expect(await isRefused(libvirt, result.theirs)).toBe(true);
    else valid += 1;
  });
});

/** Defines the domains in libvirt's test driver, checked against its schema. The driver has one type of domain, `test`. */
async function isRefused(libvirt: LibvirtConnection, domains: readonly XmlNode[]): Promise<boolean> {
  for (const domain of domains) {
    const xml = writeXml(domain)
      .replace(/^<domain type="[a-z]+"/, '<domain type="test"')
      .replace(/<emulator>[^<]*<\/emulator>/, '');
    try {
      const { uuid } = await libvirt.defineXml(xml, { validate: true });
      await libvirt.undefine(uuid);
    } catch (error) {
      if (error instanceof LibvirtError) return true;
      throw error;
    }
  }
  return false;
}
