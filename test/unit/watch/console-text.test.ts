import { describe, expect, it } from 'vitest';
import { createConsoleText } from '../../../src/watch/console-text.ts';

/** Feeds pieces one by one and returns the texts of all lines and what is under the cursor. */
function read(...pieces: readonly string[]): { lines: readonly string[]; partial: string } {
  const text = createConsoleText();
  const lines = pieces.flatMap((piece) => text.add(piece).map((line) => line.text));
  return { lines, partial: text.partial() };
}

const STATUS = '[            (1*installer)  2 shell  3 shell  4- log           ][ Nov 20 22:18 ]';

describe('console text', () => {
  it('ends lines at any newline and leaves blank ones out', () => {
    expect(read('one\r\ntwo\r\r\n\n  \nthree\n').lines).toEqual(['one', 'two', 'three']);
  });

  it('shows the line under the cursor', () => {
    expect(read('done\r\nRoot password: ')).toEqual({ lines: ['done'], partial: 'Root password:' });
  });

  it('removes colours, titles and charset switches, also when cut anywhere', () => {
    const raw = '\x1b[1;31mred\x1b[0m \x1b]0;title\x07\x1bkwin\x1b\\\x1b(Bplain\x1b[?25l\n';
    for (let cut = 0; cut <= raw.length; cut += 1) {
      expect(read(raw.slice(0, cut), raw.slice(cut)).lines).toEqual(['red plain']);
    }
  });

  it("ends the firmware's last line, after which it prints no line break", () => {
    const raw = 'iPXE (PCI 00:02.0)\r\nBooting from ROM..KILN TEST INSTALLER 1.0 starting\r\n';
    const lines = ['iPXE (PCI 00:02.0)', 'Booting from ROM..', 'KILN TEST INSTALLER 1.0 starting'];
    for (let cut = 0; cut <= raw.length; cut += 1) {
      expect(read(raw.slice(0, cut), raw.slice(cut)).lines).toEqual(lines);
    }
    expect(read('Booting from Hard Disk...Login: ').partial).toBe('Login:');
    expect(read('Booting from DVD/CD...\n').lines).toEqual(['Booting from DVD/CD...']);
  });

  it('keeps a line whole in which the cursor is put where it is anyway, as SeaBIOS does', () => {
    const raw =
      'ISOLINUX 6.04 20200816 ETCD \x1b[11;28H\x1b[11;29HCopyr\x1b[11;33H\x1b[11;34Hig\x1b[11;35H\x1b[11;36Hht\r\n' +
      'WAR\x1b[12;03H\x1b[12;04HN\x1b[12;04H\x1b[12;05HING\x1b[12;07H\x1b[12;08H: No file\r\nboot: ';
    for (let cut = 0; cut <= raw.length; cut += 1) {
      expect(read(raw.slice(0, cut), raw.slice(cut))).toEqual({
        lines: ['ISOLINUX 6.04 20200816 ETCD Copyright', 'WARNING: No file'],
        partial: 'boot:',
      });
    }
  });

  it('takes what is put elsewhere for another line', () => {
    expect(read('\x1b[5;10Hone\x1b[6;13Htwo\x1b[6;40Hthree\x1b[H').lines).toEqual(['one', 'two', 'three']);
  });

  it('carries out backspaces', () => {
    expect(read('Loading -\b\\\b|\b/ ok\n').lines).toEqual(['Loading / ok']);
    expect(read('type\b\b\b\bTYPE\n').lines).toEqual(['TYPE']);
  });

  it('hands a redrawn line on, marked', () => {
    const text = createConsoleText();
    expect(text.add('10%\r20%\r\x1b[K30%\n')).toEqual([
      { text: '10%', redrawn: true },
      { text: '20%', redrawn: true },
      { text: '30%', redrawn: false },
    ]);
  });

  it('keeps a line when its line end comes in two pieces', () => {
    expect(read('one\r', '\ntwo\n').lines).toEqual(['one', 'two']);
  });

  it("takes GNU screen's status line away from a prompt", () => {
    expect(read(`[Press enter to continue] ${STATUS}`).partial).toBe('[Press enter to continue]');
    expect(read(`prompt> \x1b7\x1b[25;1H${STATUS}\x1b8\x1b[24;9H`).lines).toEqual(['prompt>']);
  });

  it('cuts huge lines and survives garbage', () => {
    const { lines, partial } = read('x'.repeat(10_000));
    expect([...lines, partial].join('')).toHaveLength(10_000);
    expect(Math.max(...lines.map((line) => line.length))).toBeLessThan(10_001);
    const noise = Array.from({ length: 50_000 }, (_, index) =>
      String.fromCharCode((index * 7919) % 256),
    ).join('');
    expect(read(noise, '\nclean\n').lines.at(-1)).toBe('clean');
  });

  it('does not wait for ever for the end of an escape sequence', () => {
    expect(read(`\x1b]0;${'x'.repeat(300)}`, '\nnext\n').lines.at(-1)).toBe('next');
  });

  it('ends the last line on request', () => {
    const text = createConsoleText();
    text.add('Hostname: ');
    expect(text.flush()).toEqual([{ text: 'Hostname:', redrawn: false }]);
    expect(text.partial()).toBe('');
  });
});
