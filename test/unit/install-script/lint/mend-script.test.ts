import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { osTarget } from '../../../../src/build/lint-target.ts';
import { detectKind } from '../../../../src/install-script/detect-kind.ts';
import { RULES_OF } from '../../../../src/install-script/lint/all-rules.ts';
import { lintScript } from '../../../../src/install-script/lint/lint-script.ts';
import { mendScript } from '../../../../src/install-script/lint/mend-script.ts';
import { scriptHints } from '../../../../src/install-script/script-hints.ts';

const folder = join(import.meta.dirname, '../../../../fixtures/lint');
const mendable = Object.values(RULES_OF)
  .flat()
  .filter(({ mend }) => mend !== undefined)
  .map(({ id }) => id);

function given(rule: string) {
  const name = readdirSync(join(folder, rule)).find((file) => file.startsWith('trips.')) ?? 'missing';
  const text = readFileSync(join(folder, rule, name), 'utf8');
  const kind = detectKind(text);
  const { os, cdrom } = scriptHints(text, kind).directive;
  const media = cdrom === undefined ? {} : { media: { kind: 'cdrom' as const, from: cdrom } };
  return {
    text,
    kind,
    target: { ...osTarget(os), disk: 'vda', ...media },
    label: name,
    filled: (all: string) => all,
  };
}

describe.each([...new Set(mendable)])('%s', (rule) => {
  it('is mended, and a second time changes nothing', () => {
    const script = given(rule);
    const { text, diff, mended } = mendScript(script);
    expect(mended).toContain(rule);
    expect(diff).toContain('(as run)');
    expect(lintScript({ ...script, text }).map((finding) => finding.rule)).not.toContain(rule);
    expect(mendScript({ ...script, text })).toEqual({ text, diff: '', mended: [] });
  });

  it('keeps every line that was there, and adds no findings', () => {
    const script = given(rule);
    const { text } = mendScript(script);
    // Indented or extended, but none is lost and their order stays.
    const lines = text.split('\n');
    let at = 0;
    for (const line of script.text.split('\n').map((one) => one.trim())) {
      const found = lines
        .slice(at)
        .findIndex((one) => one.trim().startsWith(line.replace(/(<\/\w+>|\/>)+$/, '')));
      expect(found, line).toBeGreaterThanOrEqual(0);
      at += found;
    }
    const before = new Set(lintScript(script).map((finding) => finding.rule));
    const after = lintScript({ ...script, text }).map((finding) => finding.rule);
    expect(after.filter((id) => !before.has(id))).toEqual([]);
  });
});

it('leaves comments, strings and the bodies of scripts alone', () => {
  const text = [
    '# kiln: os=fedora42',
    '# bootloader --append=x',
    'bootloader --append="quiet"',
    '%post',
    'bootloader --append="no"; echo "poweroff"',
    '%end',
    '',
  ].join('\n');
  const script = {
    text,
    kind: 'kickstart',
    target: osTarget('fedora42'),
    label: 'x',
    filled: (all: string) => all,
  } as const;
  expect(mendScript(script).text).toBe(
    [
      '# kiln: os=fedora42',
      '# bootloader --append=x',
      'bootloader --append="quiet console=tty0 console=ttyS0,115200n8"',
      'poweroff',
      '%post',
      'bootloader --append="no"; echo "poweroff"',
      '%end',
      '',
      '%post',
      '{{completion_marker_command}}',
      '%end',
      '',
    ].join('\n'),
  );
});

it.each([
  [
    'kickstart',
    'bootloader --append="console=tty0"',
    'bootloader --append="console=tty0 console=ttyS0,115200n8"',
  ],
  [
    'kickstart',
    "bootloader --append='quiet console=tty0' --location=mbr",
    'bootloader --append="quiet console=tty0 console=ttyS0,115200n8" --location=mbr',
  ],
  [
    'kickstart',
    'bootloader --append="quiet $&"',
    'bootloader --append="quiet $& console=tty0 console=ttyS0,115200n8"',
  ],
  [
    'preseed',
    'd-i debian-installer/add-kernel-opts string quiet console=tty0',
    'd-i debian-installer/add-kernel-opts string quiet console=tty0 console=ttyS0,115200n8',
  ],
  [
    'autoyast',
    '<profile><bootloader><global><append>console=tty0</append></global></bootloader></profile>',
    '<append>console=tty0 console=ttyS0,115200n8</append>',
  ],
] as const)('names a console of a %s once', (kind, line, mended) => {
  const script = { text: `${line}\n`, kind, target: {}, label: 'x', filled: (all: string) => all };
  expect(mendScript(script).text).toContain(mended);
});
