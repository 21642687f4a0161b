import { describe, expect, it } from 'vitest';
import { linesComplainedOf, mendScript } from '../../../src/build/mend-script.ts';
import { INSTALL_PATTERNS } from '../../../src/watch/patterns.ts';

const script = (
  kind: 'preseed' | 'kickstart' | 'autoinstall' | 'autoyast',
  original: string,
  text = original,
) => ({
  path: '/s/script',
  kind,
  original,
  text,
});

const PRESEED = `# mirror/http/hostname is a comment
d-i mirror/http/hostname string bad.invalid
d-i passwd/root-password-crypted password $6$abc$def
d-i preseed/late_command string in-target apt-get install -y nano; \\
  in-target false
d-i pkgsel/include string curl no-such-package vim
`;

describe('the line of an install script that mends a failure', () => {
  it('is named with file and line, continuation lines as one', () => {
    expect(
      mendScript(script('preseed', PRESEED), { settings: ['mirror/http/hostname', 'mirror/suite'] }),
    ).toEqual(['/s/script:2: d-i mirror/http/hostname string bad.invalid']);
    expect(mendScript(script('preseed', PRESEED), { settings: ['preseed/late_command'] })).toEqual([
      '/s/script:4: d-i preseed/late_command string in-target apt-get install -y nano;  in-target false',
    ]);
  });

  it('is shown without what only joins it to the next one', () => {
    const text = `d-i preseed/late_command string true; \\
  cp /nothere /x; \\
  test -e /other && \\
  last;
`;
    const shown = (word: string) => mendScript(script('preseed', text), { settings: [], word });
    expect(shown('/nothere')).toEqual(['/s/script:2: cp /nothere /x']);
    expect(shown('/other')).toEqual(['/s/script:3: test -e /other']);
    expect(shown('last')).toEqual(['/s/script:4: last;']);
  });

  it('comes with what belongs in its place, in the words of that kind of script', () => {
    const mend = INSTALL_PATTERNS.find(({ id }) => id === 'kernel.halted')?.mend ?? { settings: [] };
    const preseed = 'd-i debian-installer/exit/halt boolean true\n';
    expect(mendScript(script('preseed', preseed), mend)).toEqual([
      '/s/script:1: d-i debian-installer/exit/halt boolean true',
      'instead: d-i debian-installer/exit/poweroff boolean true',
    ]);
    expect(mendScript(script('kickstart', 'lang en_US\n'), mend)).toEqual(['/s/script lacks:', '  poweroff']);
  });

  it('shows no password', () => {
    const [line] = mendScript(script('preseed', PRESEED), { settings: ['passwd/root-password-crypted'] });
    expect(line).toContain('/s/script:3: d-i passwd/root-password');
    expect(line).not.toContain('abc');
  });

  it('is the one with the word the installer named', () => {
    const mend = { settings: ['base-installer/includes'], word: 'no-such-package' };
    expect(mendScript(script('preseed', PRESEED), mend)).toEqual([
      '/s/script:6: d-i pkgsel/include string curl no-such-package vim',
    ]);
  });

  it('shows that word, however far behind it stands', () => {
    const packages = Array.from({ length: 30 }, (_, index) => `package-${index}`).join(' ');
    const text = `d-i pkgsel/include string ${packages} no-such-package vim\n`;
    const [line = ''] = mendScript(script('preseed', text), {
      settings: ['pkgsel/include'],
      word: 'no-such-package',
    });
    expect(line).toMatch(/^\/s\/script:1: d-i pkgsel\/include string .*no-such-package …$/);
    expect(line.length).toBeLessThan(130);
  });

  it('is what to add when the script says nothing about it', () => {
    const mend = { settings: ['passwd/make-user'], add: ['d-i passwd/make-user boolean false'] };
    expect(mendScript(script('preseed', PRESEED), mend)).toEqual([
      '/s/script lacks:',
      '  d-i passwd/make-user boolean false',
    ]);
  });

  it('is the method of partitioning, too, where no root file system came of it', () => {
    const said = '!! ERROR: No root file system';
    const mend = INSTALL_PATTERNS.find(({ regex }) => regex.test(said))?.mend ?? { settings: [] };
    const lines = ['string /dev/vda', 'string reguler', 'select atomic'];
    const names = ['disk', 'method', 'choose_recipe'];
    const text = names.map((name, index) => `d-i partman-auto/${name} ${lines[index]}\n`).join('');
    expect(mendScript(script('preseed', text), mend)).toContain(
      '/s/script:2: d-i partman-auto/method string reguler',
    );
  });

  it('is counted in the file of the user, not in what the installer got', () => {
    const original = 'lang en_US\nfoo bar\n%post --erroronfail\nfalse\n%end\n';
    const rendered = 'lang en_US\nfoo bar\n# added by Kiln\n%post --erroronfail\nfalse\n%end\n';
    expect(mendScript(script('kickstart', original, rendered), { settings: ['%post'], line: '4' })).toEqual([
      '/s/script:3: %post --erroronfail',
    ]);
    expect(mendScript(script('kickstart', original, rendered), { settings: ['%post'], line: '3' })).toEqual([
      '/s/script:3: %post --erroronfail',
    ]);
  });

  it('is found among keys of an autoinstall file and elements of an AutoYaST profile', () => {
    expect(
      mendScript(script('autoinstall', 'autoinstall:\n  version: 1\n  late-commands:\n    - false\n'), {
        settings: ['late-commands'],
      }),
    ).toEqual(['/s/script:3: late-commands:']);
    expect(
      mendScript(script('autoyast', '<profile>\n <partitioning>\n'), { settings: ['partitioning'] }),
    ).toEqual(['/s/script:2: <partitioning>']);
  });

  it('is looked for in what kickseed takes of the Debian installer', () => {
    expect(
      mendScript(script('kickstart', 'lang en\npreseed mirror/suite string trixie\n'), {
        settings: ['mirror/suite'],
      }),
    ).toEqual(['/s/script:2: preseed mirror/suite string trixie']);
  });

  it('is the same one of lines that read alike', () => {
    const post = '%post --erroronfail\ntrue\n%end\n';
    const original = `poweroff\n${post}${post}`;
    const rendered = `# added\n${original}`;
    expect(mendScript(script('kickstart', original, rendered), { settings: ['%post'], line: '6' })).toEqual([
      '/s/script:5: %post --erroronfail',
    ]);
  });
});

describe("the line a script's own program complains of", () => {
  const PROGRAM = `#!/bin/sh
cp /etc/motd /target/etc/motd
cp /nothere /target/etc/motd
echo 'root:x' | chroot /target chpasswd -e
sed -i s/a/b/ /no/file
`;
  it.each([
    ["cp: can't stat '/nothere': No such file or directory", '/s/script:3: cp /nothere /target/etc/motd'],
    ['cp: cannot stat ‘/nothere’: No such file or directory', '/s/script:3: cp /nothere /target/etc/motd'],
    ['/tmp/script: line 3: cp: /nothere: not there', '/s/script:3: cp /nothere /target/etc/motd'],
    [
      "chroot: can't execute 'chpasswd': No such file or directory",
      "/s/script:4: echo 'root:x' | chroot /target chpasswd …",
    ],
    ["sed: can't read /no/file: No such file or directory", '/s/script:5: sed -i s/a/b/ /no/file'],
  ])('%j', (said, line) => {
    const tail = ['Installing: boot loader ... 90%', said, 'INSTALLER ERROR: the user script ended'];
    const [named = '', ...more] = linesComplainedOf(script('preseed', PROGRAM), tail);
    expect(more).toEqual([]);
    expect(named.slice(0, 14)).toBe(line.slice(0, 14));
  });

  it('is none where program and thing do not stand together', () => {
    const tails = [
      "mv: can't stat '/nothere'",
      "cp: can't stat '/elsewhere'",
      'error: it failed',
      'Starting: x',
    ];
    for (const said of tails) expect(linesComplainedOf(script('preseed', PROGRAM), [said])).toEqual([]);
  });
});

it('a command that puts a disk which the guest does not have is named, and no innocent setting', () => {
  const mend = INSTALL_PATTERNS.find(({ id }) => id === 'debian-installer.no-root-file-system')?.mend ?? {
    settings: [],
  };
  const text = (disk: string): string =>
    `d-i partman/early_command string set -e; \\\n  debconf-set partman-auto/disk ${disk}\nd-i partman-auto/method string regular\n`;
  const named = (disk: string): readonly string[] =>
    mendScript({ ...script('preseed', text(disk)), disk: 'vda' }, mend);
  expect(named('/dev/sda')).toEqual(['/s/script:2: debconf-set partman-auto/disk /dev/sda']);
  expect(named('/dev/vda')).toEqual(['/s/script:3: d-i partman-auto/method string regular']);
});

describe('the command that the installer quotes', () => {
  const COMMANDS = `d-i preseed/early_command string set -e; mkdir -p /tmp/x; \\
  cp /cdrom/hook.sh /tmp/x
d-i partman/early_command string {{prepare}} /dev/vda; true
d-i preseed/late_command string set -e; mkdir -p /target/opt; in-target true
`;
  const detail = INSTALL_PATTERNS.find(({ id }) => id === 'debian-installer.preseeded-command');
  const settings = detail?.mend?.settings ?? [];
  it.each([
    ['set -e; mkdir -p /tmp/x;   cp\n/cdrom/hook.sh /tmp/x', 1],
    ['sh /prepare.sh /dev/vda; true', 3],
    ['( set -e; mkdir -p /target/opt; in-target true ) && mkdir -p /var/lib/x', 4],
    // The beginning alone.
    ['( set -e; mkdir -p /targ', 4],
  ])('%j is line %d and no other that begins alike', (command, line) => {
    const lines = mendScript(script('preseed', COMMANDS), { settings, command });
    expect(lines).toHaveLength(1);
    expect(lines[0]).toMatch(new RegExp(`^/s/script:${line}: `));
  });

  it('is not complained of where it lets the failure pass', () => {
    const said = ["cp: can't stat '/cdrom/hook.sh'"];
    const text = `d-i preseed/early_command string cp /cdrom/hook.sh /tmp/x || true; false\n`;
    expect(linesComplainedOf(script('preseed', text), said)).toHaveLength(1);
    expect(linesComplainedOf(script('preseed', text), [...said, '+ true'])).toEqual([]);
    expect(
      linesComplainedOf(script('preseed', text), said, 'cp /cdrom/hook.sh /tmp/x || true; false'),
    ).toEqual([]);
  });

  it('is complained of where the program decides how it ends, and not where another one does', () => {
    const said = ["cp: can't stat '/cdrom/hook.sh'"];
    const text = 'd-i preseed/early_command string cp /cdrom/hook.sh /tmp/x; grep -q x /tmp/y\n';
    const named = (command: string): number =>
      linesComplainedOf(script('preseed', text), said, command).length;
    expect(named('cp /cdrom/hook.sh /tmp/x; grep -q x /tmp/y')).toBe(0);
    expect(named('( cp /cdrom/hook.sh /tmp/x; grep -q x /tmp/y ) && sync; cp a b')).toBe(0);
    expect(named('set -e; cp /cdrom/hook.sh /tmp/x; grep -q x /tmp/y')).toBe(1);
    expect(named('grep -q x /tmp/y; cp /cdrom/hook.sh /tmp/x;')).toBe(1);
    expect(named('if true; then cp /cdrom/hook.sh /tmp/x; fi')).toBe(1);
  });
});

it('a program that complains of a host is the one that is called with it', () => {
  const text = '#!/bin/sh\nwget http://10.0.2.20/a\nwget -q http://10.0.2.2:8000/b\nping 10.0.2.2\n';
  const shown = (said: string) => linesComplainedOf(script('kickstart', text), [said]);
  const wanted = ['/s/script:3: wget -q http://10.0.2.2:8000/b'];
  expect(shown("wget: can't connect to remote host (10.0.2.2): Connection refused")).toEqual(wanted);
  expect(shown("wget: can't connect to remote host (10.0.2.3): Connection refused")).toEqual([]);
});
