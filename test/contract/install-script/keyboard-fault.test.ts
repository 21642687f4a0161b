import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import { keyboardFault } from '../../../src/install-script/options/keyboard-fault.ts';

test("a layout that the host's xkeyboard-config has newly is known, and nothing else of that file", () => {
  const folder = mkdtempSync(join(tmpdir(), 'kiln-keyboard-'));
  const hostList = join(folder, 'base.lst');
  try {
    expect(keyboardFault('tlh', { hostList })).toContain('is no keyboard layout');
    writeFileSync(
      hostList,
      '! model\n  pc104  Generic\n\n! layout\n  tlh  Klingon\n\n! variant\n  piqad  tlh: pIqaD\n',
    );
    expect(keyboardFault('tlh', { hostList })).toBeUndefined();
    expect(keyboardFault('tlh-piqad', { hostList })).toBeUndefined();
    for (const word of ['pc104', 'piqad', 'Klingon', '!'])
      expect(keyboardFault(word, { hostList })).toBeDefined();
  } finally {
    rmSync(folder, { recursive: true });
  }
});
