import { readFile } from 'node:fs/promises';
import { describe, expect, it } from 'vitest';
import { checkEnding } from '../../../src/install-script/check-ending.ts';
import { ensureMarker } from '../../../src/install-script/ensure-marker.ts';
import { markerCommand } from '../../../src/install-script/marker.ts';
import { prepareScript } from '../../../src/install-script/prepare-script.ts';
import { scriptValues } from '../../../src/install-script/script-values.ts';
import type { InstallScriptKind } from '../../../src/spec/build-spec.ts';

const MARK = '{{completion_marker_command}}';
const NOTE = 'd-i finish-install/reboot_in_progress note\n';
const marked = (kind: InstallScriptKind, text: string) => ensureMarker({ kind, text, label: 'x' });
const ended = (kind: InstallScriptKind, text: string) => () => checkEnding({ kind, text, label: 'x' });

describe('checkEnding', () => {
  it.each([
    ['kickstart', 'lang C\npoweroff\n'],
    ['kickstart', 'reboot --eject\n%post\nhalt\n%end\n'],
    ['kickstart', 'shutdown\n%pre\nx\n%end\n%packages\n%end\n'],
    ['preseed', NOTE],
    ['preseed', `${NOTE}d-i debian-installer/exit/poweroff boolean true\n`],
    ['autoinstall', 'autoinstall:\n'],
    ['autoyast', '<profile/>'],
  ] as const)('accepts %s %j', (kind, text) => expect(ended(kind, text)).not.toThrow());

  it.each([
    ['kickstart', 'lang C\n', 'script.not-unattended', 'poweroff'],
    ['kickstart', 'lang C\n# poweroff\n', 'script.not-unattended', 'poweroff'],
    ['kickstart', '%post\npoweroff\n%end\n', 'script.not-unattended', 'poweroff'],
    ['kickstart', 'halt\n', 'script.not-unattended', 'poweroff'],
    ['preseed', 'd-i a/b string c\n', 'script.not-unattended', NOTE.trim()],
    ['preseed', 'd-i debian-installer/exit/poweroff boolean true\n', 'script.not-unattended', NOTE.trim()],
    ['preseed', `#${NOTE}`, 'script.not-unattended', NOTE.trim()],
    [
      'preseed',
      `${NOTE}d-i debian-installer/exit/halt boolean true\n`,
      'script.not-unattended',
      'd-i debian-installer/exit/poweroff boolean true',
    ],
  ] as const)('refuses %s %j and names the line to add', (kind, text, code, add) => {
    expect(ended(kind, text)).toThrowError(expect.objectContaining({ code, details: { script: 'x', add } }));
  });

  it.each([
    ['kickstart', 'poweroff\nreboot\n', 'script.contradicting-endings'],
    ['kickstart', 'poweroff\nhalt\n', 'script.contradicting-endings'],
    [
      'preseed',
      `${NOTE}d-i debian-installer/exit/halt boolean true\nd-i debian-installer/exit/poweroff boolean true\n`,
      'script.contradicting-endings',
    ],
    [
      'preseed',
      `${NOTE}d-i debian-installer/exit/poweroff boolean false\nd-i debian-installer/exit/poweroff boolean true\n`,
      'script.contradicting-endings',
    ],
    ['kickstart', 'poweroff\n%post\necho\n', 'script.unclosed-section'],
  ] as const)('refuses %s %j', (kind, text, code) => {
    expect(ended(kind, text)).toThrowError(expect.objectContaining({ code }));
  });
});

describe('ensureMarker', () => {
  it.each(['kickstart', 'preseed', 'autoinstall', 'autoyast'] as const)(
    'leaves a %s script that has the placeholder',
    (kind) => {
      const text = `x ${MARK}\n`;
      expect(marked(kind, text)).toEqual({ text, diff: '' });
    },
  );

  it('does not count one in a comment', () => {
    expect(marked('kickstart', `# ${MARK}\npoweroff`).text).toBe(
      `# ${MARK}\npoweroff\n\n%post\n${MARK}\n%end\n`,
    );
  });

  it.each([
    ['d-i a/b string c', `d-i a/b string c\nd-i preseed/late_command string ${MARK}\n`],
    ['d-i a/b string c \\', `d-i a/b string c \\\n\nd-i preseed/late_command string ${MARK}\n`],
    ['d-i preseed/late_command string echo x', `d-i preseed/late_command string ( echo x ) && ${MARK}`],
    [
      'd-i preseed/late_command string a; exit 0 \n# end\n',
      `d-i preseed/late_command string ( a; exit 0 ) && ${MARK} \n# end\n`,
    ],
    [
      'd-i preseed/late_command string \\\n  a; \\\n  b\nd-i x/y string z\n',
      `d-i preseed/late_command string \\\n  ( a; \\\n  b ) && ${MARK}\nd-i x/y string z\n`,
    ],
    [
      'd-i preseed/late_command string one\nd-i preseed/late_command string two\n',
      `d-i preseed/late_command string one\nd-i preseed/late_command string ( two ) && ${MARK}\n`,
    ],
    [
      'd-i preseed/late_command string\nd-i x/y string z\n',
      `d-i preseed/late_command string ${MARK}\nd-i x/y string z\n`,
    ],
    [
      'd-i preseed/late_command string in-target sh -c \'echo "#1"\'\n',
      `d-i preseed/late_command string ( in-target sh -c 'echo "#1"' ) && ${MARK}\n`,
    ],
  ])('adds it to the preseed %j', (before, after) => expect(marked('preseed', before).text).toBe(after));

  it.each(['d-i preseed/late_command string a # why\n', "d-i preseed/late_command string echo 'x\n"])(
    'does not guess where %j ends',
    (text) => {
      expect(() => marked('preseed', text)).toThrowError(
        expect.objectContaining({ code: 'script.no-marker' }),
      );
    },
  );

  it.each(['autoinstall', 'autoyast'] as const)('asks for it in %s', (kind) => {
    expect(() => marked(kind, 'x')).toThrowError(expect.objectContaining({ code: 'script.no-marker' }));
  });

  it('shows the change', () => {
    expect(
      marked('preseed', 'd-i a/b string c\nd-i preseed/late_command string x\nd-i e/f string g\n').diff,
    ).toBe(
      [
        '--- x',
        '+++ x (as run)',
        '@@ -1,3 +1,3 @@',
        ' d-i a/b string c',
        '-d-i preseed/late_command string x',
        `+d-i preseed/late_command string ( x ) && ${MARK}`,
        ' d-i e/f string g',
      ].join('\n'),
    );
  });
});

describe('markerCommand', () => {
  it('needs no quoting, and writes where the new system is mounted', () => {
    const preseed = markerCommand({ kind: 'preseed', token: 'abc-1' });
    expect(preseed).not.toMatch(/['"\\$`#\n]/);
    expect(preseed).toContain('> /target/var/lib/kiln/installed');
    expect(markerCommand({ kind: 'kickstart', token: 'abc-1' })).not.toContain('/target');
  });

  it('refuses a token that a shell would read', () => {
    expect(() => markerCommand({ kind: 'preseed', token: 'a;reboot' })).toThrow(RangeError);
  });
});

describe('prepareScript', () => {
  it.each([
    ['preseed/debian-13.preseed', 'preseed'],
    ['preseed/kiln-test.preseed', 'preseed'],
    ['kickstart/kiln-test.ks', 'kickstart'],
  ] as const)('takes install_scripts/%s as it is', async (name, kind) => {
    const text = await readFile(new URL(`../../../install_scripts/${name}`, import.meta.url), 'utf8');
    const values = scriptValues({
      name: 'demo',
      kind,
      token: 'tok',
      variables: {},
      passwordHash: '$6$salt$hash',
    });
    const prepared = prepareScript({ text, kind, label: name, values });
    expect(prepared.diff).toBe('');
    expect(prepared.text).toContain('$6$salt$hash');
    expect(prepared.redactedText).not.toContain('$6$salt$hash');
    expect(prepared.text.replaceAll(/^\s*#.*$/gm, '')).not.toMatch(/\{\{\w+\}\}/);
  });
});
