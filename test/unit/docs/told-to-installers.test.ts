import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { expect, it } from 'vitest';
import { scriptArguments } from '../../../src/os/script-arguments.ts';

const READERS = [
  ['debian-installer', 'preseed'],
  ['kickseed', 'kickstart'],
  ['dracut', 'kickstart'],
  ['anaconda-old', 'kickstart'],
  ['casper', 'autoinstall'],
  ['casper', 'user-script'],
  ['linuxrc', 'autoyast'],
] as const;

/** For the network and the order of questions: they do not tell where the script is. */
const BESIDES = /^(?:autoinstall$|auto=|netcfg\/|ksdevice=)/;

it.each(['initrd', 'seed-iso', 'config-drive', 'http'] as const)(
  'docs/install-scripts.md says how an installer is told of a script by %s',
  async (inject) => {
    const text = await readFile(join(import.meta.dirname, '../../../docs/install-scripts.md'), 'utf8');
    const rows = text.split('\n').filter((line) => line.startsWith(`| \`${inject}\` |`));
    expect(rows).toHaveLength(1);
    const told = rows[0]?.split('|')[3] ?? '';
    const documented = [...told.matchAll(/`([\w.]+=)/g)].map(([, word]) => word);
    // cloud-init's installers do not look into their initrd, and debian-installer at no second medium.
    const cannot = inject === 'initrd' ? ['casper'] : inject === 'http' ? [] : ['debian-installer'];
    const words = READERS.filter(([dialect]) => !cannot.includes(dialect))
      .flatMap(([dialect, kind]) => scriptArguments(dialect, { kind, inject }))
      .filter((word) => !BESIDES.test(word))
      .map((word) => word.replace(/=.*/, '='));
    expect([...new Set(documented)].sort()).toEqual([...new Set(words)].sort());
  },
);
