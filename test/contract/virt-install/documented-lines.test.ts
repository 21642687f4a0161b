import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { splitWords } from '../../../src/virt-install/split-sub-options.ts';
import { compareLine, readLine } from '../../support/compare-command-line.ts';
import { startVirtInstall } from '../../support/run-virt-install.ts';

const document = readFileSync(join(import.meta.dirname, '../../../docs/virt-install.md'), 'utf8');
const [, section = ''] = /## Ten command lines\n(.*?)\n## /s.exec(document) ?? [];

/** The document's media are the recorded host's volumes. */
const lines = [...section.matchAll(/^kiln build (.*)$/gm)].map((match) =>
  (match[1] ?? '').replaceAll(/(?<=[ =])(install\.iso|debian\.qcow2)/g, '/pools/default/$1'),
);

describe('the ten command lines of docs/virt-install.md', () => {
  it('are ten', () => {
    expect(lines).toHaveLength(10);
  });

  it("make virt-install's XML", async () => {
    const virtInstall = startVirtInstall();
    try {
      for (const line of lines) {
        const { differences } = await compareLine(
          readLine(['kvm', ...(splitWords(line) ?? [])]),
          virtInstall,
        );
        expect(differences, line).toEqual([]);
      }
    } finally {
      await virtInstall.close();
    }
  });
});
