import { readFile } from 'node:fs/promises';
import { describe, expect, it } from 'vitest';
import { osTarget } from '../../../src/build/lint-target.ts';
import { addMarker } from '../../../src/install-script/edit/add-marker.ts';
import { markerCommand } from '../../../src/install-script/marker.ts';
import { checkScript, prepareScript } from '../../../src/install-script/prepare-script.ts';
import { scriptValues } from '../../../src/install-script/script-values.ts';
import type { InstallScriptKind } from '../../../src/spec/build-spec.ts';

const MARK = '{{completion_marker_command}}';
const marked = (kind: InstallScriptKind, text: string) => addMarker(text, kind);

describe('addMarker', () => {
  it('goes behind a last line without a line break', () => {
    expect(marked('kickstart', 'poweroff')).toBe(`poweroff\n\n%post\n${MARK}\n%end\n`);
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
  ])('adds it to the preseed %j', (before, after) => expect(marked('preseed', before)).toBe(after));

  it.each(['d-i preseed/late_command string a # why\n', "d-i preseed/late_command string echo 'x\n"])(
    'does not guess where %j ends',
    (text) => expect(marked('preseed', text)).toBeUndefined(),
  );

  it.each([
    ['autoinstall:\n  version: 1\n', `autoinstall:\n  late-commands:\n    - "${MARK}"\n  version: 1\n`],
    [
      'autoinstall:\n  late-commands:\n  - |\n    a\n    b\n  shutdown: poweroff\n',
      `autoinstall:\n  late-commands:\n  - |\n    a\n    b\n  - "${MARK}"\n  shutdown: poweroff\n`,
    ],
    [
      'autoinstall:\n  late-commands:\n  - a # why',
      `autoinstall:\n  late-commands:\n  - a # why\n  - "${MARK}"\n`,
    ],
    ['autoinstall:\n  late-commands: [a, b]\n', `autoinstall:\n  late-commands: [a, b, "${MARK}"]\n`],
    ['autoinstall:\n  late-commands: []\n', `autoinstall:\n  late-commands: ["${MARK}"]\n`],
  ])('adds it to the autoinstall %j', (before, after) => expect(marked('autoinstall', before)).toBe(after));

  it('adds it to a profile behind the scripts that are there', () => {
    const added = marked(
      'autoyast',
      '<profile>\n  <scripts>\n    <chroot-scripts><script/></chroot-scripts>\n  </scripts>\n</profile>\n',
    );
    expect(added).toMatch(
      /<chroot-scripts><script\/>\s*<script>.*\{\{completion_marker_command\}\}.*<\/script>\s*<\/chroot-scripts>/s,
    );
    expect(marked('autoyast', '<profile/>\n')).toContain('<chroot-scripts config:type="list">');
    expect(marked('autoyast', '<profile>')).toBeUndefined();
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
    const os = name.includes('kiln-test') ? 'kiln-test' : 'debian13';
    const given = { text, kind, label: name, values, target: { ...osTarget(os), disk: 'vda' }, edit: true };
    const prepared = prepareScript(given);
    expect(prepared.findings).toEqual([]);
    expect(prepared.diff).toBe('');
    expect(prepared.text).toContain('$6$salt$hash');
    expect(prepared.redactedText).not.toContain('$6$salt$hash');
    expect(prepared.text.replaceAll(/^\s*#.*$/gm, '')).not.toMatch(/\{\{\w+\}\}/);
  });

  const values = { plain: new Map([['completion_marker_command', 'true']]), secret: new Map() };
  const script = (text: string, edit: boolean) => ({
    ...{ text, edit, values, label: 'x.ks', kind: 'kickstart' as const },
    target: osTarget('fedora42'),
  });
  // biome-ignore lint/suspicious/noTemplateCurlyInString: the shell's
  const own = 'echo $$ $HOME ${x} {{.State}}';
  const text = `rootpw --lock\nautopart\n%post\n${own}\n%end\n`;

  it('puts in what is missing, and touches nothing else', () => {
    const { text: done, diff } = prepareScript(script(text, true));
    expect(diff).toContain('+poweroff');
    expect(done).toContain(`\n%post\n${own}\n%end\n`);
  });

  it('with edits forbidden refuses, naming each line and what to add', () => {
    expect(() => prepareScript(script(text, false))).toThrowError(
      expect.objectContaining({
        code: 'script.lint',
        details: {
          script: 'x.ks',
          findings: [
            expect.objectContaining({ rule: 'kickstart.no-ending', fix: 'add the line: poweroff' }),
            expect.objectContaining({ rule: 'script.no-marker' }),
          ],
        },
      }),
    );
  });

  it('refuses what it does not mend', () => {
    expect(() => prepareScript(script(`install\n${text}`, true))).toThrowError(
      expect.objectContaining({
        code: 'script.lint',
        details: expect.objectContaining({
          findings: [expect.objectContaining({ rule: 'kickstart.removed-command', line: 1 })],
        }),
      }),
    );
  });
});

it('tells ten thousand findings of a script in no more time than they are worth', () => {
  const text = `{{network}}\ntext\n${'%post\n%end\n'.repeat(10_000)}reboot\nnosuchcommand\n`;
  const values = { plain: new Map([['network', 'a\nb']]), secret: new Map<string, string>() };
  const begun = performance.now();
  const { findings } = checkScript({
    text,
    kind: 'kickstart',
    label: 'x',
    values,
    target: osTarget('debian13'),
    edit: false,
  });
  expect(findings.length).toBeGreaterThan(10_000);
  expect(findings.at(-1)?.line).toBe(20_004);
  // It took half a minute when each finding was looked up in the text.
  expect(performance.now() - begun).toBeLessThan(5000);
});

describe('secrets are looked for in the text as it is written', () => {
  const given = new Map([
    ['db_password', 'geheim'],
    ['key', '-----BEGIN OPENSSH PRIVATE KEY-----\nx'],
    ['completion_marker_command', 'true'],
  ]);
  const secrets = (text: string, kind: 'kickstart' | 'preseed') =>
    checkScript({
      text,
      kind,
      label: 'x',
      values: { plain: given, secret: new Map([['root_password_hash', '$6$x$y']]) },
      target: {},
      edit: false,
    })
      .findings.filter(({ rule }) => /url-login|private-key|clear-password/.test(rule))
      .map(({ rule, line }) => [rule, line]);

  it('and not in what --var gave', () => {
    const post = '%post\ncat <<E\n{{key}}\nE\nwget http://u:{{db_password}}@10.0.2.2/x\n%end\n';
    expect(secrets(`rootpw --plaintext {{db_password}}\n${post}`, 'kickstart')).toEqual([]);
    expect(secrets('d-i passwd/root-password password {{db_password}}\n', 'preseed')).toEqual([]);
  });

  it('where each is found in its line, also behind a value of several lines', () => {
    const post = '%post\n{{key}}\nwget http://u:geheim@10.0.2.2/x\n%end\n';
    expect(secrets(`rootpw geheim\n${post}`, 'kickstart')).toEqual([
      ['kickstart.clear-password', 1],
      ['script.url-login', 4],
    ]);
  });

  it('a hash where a password in clear text belongs is still told', () => {
    expect(secrets('rootpw {{root_password_hash}}\n', 'kickstart')).toEqual([
      ['kickstart.clear-password', 1],
    ]);
    expect(secrets('d-i passwd/root-password password {{root_password_hash}}\n', 'preseed')).toHaveLength(1);
  });
});

describe('values that would not stay in their place', () => {
  const render = (text: string, kind: InstallScriptKind, v: string) =>
    prepareScript({
      ...{ text, kind, label: 'x', target: { family: 'test-installer' as const }, edit: true },
      values: {
        plain: new Map([
          ['v', v],
          ['completion_marker_command', 'true'],
        ]),
        secret: new Map(),
      },
    });
  const preseed = 'd-i a/b string {{v}}\nd-i c/d boolean false\n';
  const post = (line: string) => `text\n%post\n${line}\necho\n%end\n`;
  const profile = (source: string) =>
    `<profile xmlns="http://www.suse.com/1.0/yast2ns" xmlns:config="http://www.suse.com/1.0/configns"><a><![CDATA[${source}]]></a></profile>\n`;
  const answers = (command: string) =>
    `#cloud-config\nautoinstall:\n  version: 1\n  late-commands:\n${command}\n  user-data: {users: []}\n  shutdown: poweroff\n`;
  const split = ']]></a><a><![CDATA[x';

  it.each([
    ['preseed', preseed, 'x\\', 1],
    ['preseed', preseed, 'x\\\\\\', 1],
    ['kickstart', post('echo {{v}}'), 'x\\', 3],
    ['kickstart', post('{{v}}'), '%post', 3],
    ['kickstart', post('{{v}}'), '%end', 3],
    ['kickstart', 'text\nnetwork --hostname={{v}}\n', 'a --bootproto=static --ip=1.2.3.4', 2],
    ['kickstart', 'text\nnetwork --hostname="{{v}}"\n', 'a" --bootproto="static', 2],
    ['autoyast', profile('echo {{v}}'), split, 1],
    ['autoyast', profile('echo ]]{{v}}'), '>', 1],
    ['autoinstall', answers('    - "echo {{v}}"'), 'say "hi"', 5],
    ['autoinstall', answers('    - "echo {{v}}"'), 'a\\nb', 5],
    ['autoinstall', answers("    - 'echo {{v}}'"), "it's", 5],
    ['autoinstall', answers('    - echo {{v}}'), 'a: b', 5],
    ['autoinstall', answers('    - echo {{v}}'), 'a #b', 5],
    ['autoinstall', answers('    - [sh, {{v}}]'), 'x, y', 5],
    ['autoinstall', answers('    - {run: {{v}}}'), 'x, more: y', 5],
    ['autoinstall', answers('    - {run: {{v}}}'), 'x}, {y: z', 5],
  ] as const)('%s %j with %j', (kind, text, value, line) => {
    expect(() => render(text, kind, value)).toThrowError(
      expect.objectContaining({
        code: 'script.bad-value',
        message: expect.stringContaining(`x:${line}: error: {{v}}: its value`),
        details: expect.objectContaining({ script: 'x' }),
      }),
    );
  });

  it.each([
    ['preseed', preseed, 'x\\\\'],
    ['preseed', 'd-i a/b string {{v}} y\nd-i c/d boolean false\n', 'x\\'],
    ['kickstart', post('echo {{v}}'), '%post'],
    ['kickstart', 'text\nbootloader --append="{{v}}"\n', 'quiet splash'],
    ['kickstart', 'text\nnetwork {{v}}\n', '--bootproto=dhcp --hostname=a'],
    ['autoyast', profile('echo {{v}}'), 'a]]b>c'],
    ['autoyast', profile('echo').replace('<a>', '<a>{{v}}'), split],
    ['autoinstall', answers('    - |\n      echo {{v}}'), 'say "hi": a # b'],
    ['autoinstall', answers('    - echo {{v}}'), 'a, b "c"'],
    ['autoinstall', answers('    - [test, "{{v}}"]'), 'x, more: y'],
    ['autoinstall', answers('    - [test, {{v}}]'), 'true'],
  ] as const)('others are put in: %s %j with %j', (kind, text, value) => {
    expect(() => render(text, kind, value)).not.toThrow();
  });
});

it('tells the lines of the file as it is written, not as it was mended', () => {
  const values = { plain: new Map([['completion_marker_command', 'true']]), secret: new Map() };
  const text = 'rootpw --lock\nautopart\n%post\necho {{nobody}}\n%end\n';
  const given = { text, kind: 'kickstart' as const, label: 'x.ks', values, target: osTarget('fedora42') };
  expect(() => prepareScript({ ...given, edit: true })).toThrowError(
    expect.objectContaining({
      code: 'script.unknown-placeholder',
      message: expect.stringContaining('x.ks:4: error: {{nobody}} has no value'),
    }),
  );
});

it('a placeholder that cannot be filled in is told before what its absence spoils', () => {
  const values = { plain: new Map([['completion_marker_command', 'true']]), secret: new Map() };
  const text = 'rootpw --lock\nclearpart --all\n{{storage_value}}\n';
  const given = { text, kind: 'kickstart' as const, label: 'x.ks', values, target: osTarget('fedora42') };
  expect(() => prepareScript({ ...given, edit: true })).toThrowError(
    expect.objectContaining({ code: 'script.unknown-placeholder' }),
  );
});
