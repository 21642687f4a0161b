import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, it } from 'vitest';
import type { BuildEvent } from '../../src/build/build-events.ts';
import { PROJECT_DIR, processesNaming } from '../support/build-sandbox.ts';
import { secondsToName } from '../support/console-times.ts';
import { launchKiln, ONE_VCPU } from '../support/launched-kiln.ts';

/**
 * Debian's real installer, broken on purpose: each ends by itself, soon after the mistake shows, and names the line to
 * mend. What lint can see never gets as far, so the mistakes here are such as it lets pass: a value that only the machine knows to be wrong, a
 * machine that lacks something, an answer that another file was to bring.
 */

const GOOD = readFileSync(join(PROJECT_DIR, 'install_scripts/preseed/debian-13.preseed'), 'utf8');

type Case = {
  readonly what: string;
  readonly edit?: (script: string) => string;
  readonly options?: readonly string[];
  readonly code: string;
  readonly patternId: string;
  /** The mended line, the missing one, or what to change outside the script. */
  readonly says: RegExp;
  /** What the installer sent over the network, where it has one. */
  readonly syslog?: RegExp;
};

/** Lint believes that another file brings what is missing here; this one is named by an empty word. */
const without =
  (line: RegExp) =>
  (script: string): string =>
    script.replace(line, '').replace(/^d-i debian-installer\/locale/m, 'd-i preseed/include string\n$&');

/** Put in front of the disk's answer. The script is text of its own: no word of it is `replace`'s. */
const withLines =
  (lines: string) =>
  (script: string): string =>
    script.replace(/^d-i partman-auto\/disk/m, (found) => `${lines}${found}`);

/** The steps that take minutes do nothing, so that what comes last comes soon. */
const SHORTENED = String.raw`d-i partman/early_command string \
 for step in bootstrap-base user-setup-udeb clock-setup apt-setup-udeb pkgsel grub-installer; do \
  echo '#!/bin/sh' > /var/lib/dpkg/info/$step.postinst; chmod 755 /var/lib/dpkg/info/$step.postinst; \
 done
`;

/** The medium brings all packages, so the installer is made to ask for a mirror as soon as it has its network. Nobody listens at port 9. */
const MIRROR = `d-i mirror/country string manual
d-i mirror/protocol string http
d-i mirror/http/hostname string 10.0.2.2:9
d-i mirror/http/directory string /debian
d-i mirror/http/proxy string
d-i mirror/suite string trixie
`;
const asksMirror = (script: string): string =>
  withLines(MIRROR)(script).replace(
    / mkdir -p \/lib\/partman/,
    " { echo '#!/bin/sh'; echo 'netcfg && exec choose-mirror'; } > /var/lib/dpkg/info/netcfg.postinst; mkdir -p /lib/partman",
  );

const CASES: readonly Case[] = [
  {
    what: 'an early_command that fails',
    edit: (script) => script.replace('chmod 755 /lib/partman', 'false /lib/partman'),
    code: 'install.failed',
    patternId: 'debian-installer.preseeded-command',
    says: /broken\.preseed:\d+:/,
  },
  {
    what: 'no root password',
    edit: without(/^d-i passwd\/root.*\n/gm),
    code: 'install.prompt',
    patternId: 'debian-installer.passwd/root-password-crypted',
    says: /broken\.preseed lacks:\s+d-i passwd\/root-password-crypted/,
  },
  {
    what: 'no root password, on a drawn screen',
    edit: without(/^d-i passwd\/root.*\n/gm),
    options: ['--extra-args', 'DEBIAN_FRONTEND=newt TERM=linux'],
    code: 'install.prompt',
    patternId: 'debian-installer.passwd/root-password-crypted',
    says: /broken\.preseed lacks:\s+d-i passwd\/root-password-crypted/,
  },
  {
    what: 'a disk that the machine does not have',
    edit: (script) => script.replace('string /dev/vda', 'string /dev/disk/by-id/virtio-nowhere'),
    code: 'install.failed',
    patternId: 'debian-installer.no-root-file-system',
    says: /broken\.preseed:\d+: d-i partman-auto\/disk string \/dev\/disk/,
  },
  {
    what: 'a late_command that calls a program that is not there',
    edit: (script) =>
      withLines(SHORTENED)(script).replace(
        'late_command string set -e;',
        'late_command string set -e; systemctll enable ssh;',
      ),
    code: 'install.failed',
    patternId: 'debian-installer.preseeded-command',
    says: /broken\.preseed:\d+: d-i preseed\/late_command/,
  },
  {
    what: 'a mirror that does not answer',
    edit: asksMirror,
    options: ['--extra-args', 'netcfg/enable=true'],
    code: 'install.failed',
    patternId: 'debian-installer.bad-mirror',
    says: /broken\.preseed:\d+: d-i mirror\/http\/hostname string 10\.0\.2\.2:9/,
    syslog: /choose-mirror/,
  },
  {
    what: 'a package that does not exist',
    edit: (script) => script.replace('includes string', 'includes string no-such-package'),
    code: 'install.failed',
    patternId: 'debian-installer.no-such-package',
    says: /broken\.preseed:\d+: d-i base-installer\/includes string no-such-package/,
  },
  {
    what: 'a locale without a country',
    edit: (script) =>
      script.replace(
        'd-i debian-installer/locale string en_US.UTF-8',
        'd-i preseed/include string\nd-i debian-installer/locale string C',
      ),
    code: 'install.prompt',
    patternId: 'debian-installer.debian-installer/country.continent-or-region',
    says: /broken\.preseed:\d+: d-i debian-installer\/locale string C/,
  },
  {
    what: 'a root device that is none',
    options: ['--extra-args', 'rdinit=/nowhere root=/dev/sdz'],
    code: 'install.panic',
    patternId: 'kernel.root-device',
    says: /root device[\s\S]*\/dev\/sdz/,
  },
];

let folder: string;
beforeAll(() => {
  folder = mkdtempSync(join(tmpdir(), 'kiln-broken-'));
});
afterAll(() => rmSync(folder, { recursive: true, force: true }));

async function kiln(
  cwd: string,
  args: readonly string[],
): Promise<{ readonly code: number; readonly events: readonly BuildEvent[] }> {
  const { code, lines } = await launchKiln(cwd, args);
  return { code, events: lines.map((line) => JSON.parse(line) as BuildEvent) };
}

/** From the question's or the error's appearance to its name, all evidence saved. */
const LATEST_SECONDS = 20;

describe("Debian's installer with a broken script or machine", () => {
  it.for(CASES)(
    '$what → $code',
    async ({ edit, options = [], code, patternId, says, syslog }, { expect }) => {
      const cwd = mkdtempSync(join(folder, 'case-'));
      const edited = edit === undefined ? GOOD : edit(GOOD);
      if (edit !== undefined) expect(edited).not.toBe(GOOD);
      writeFileSync(join(cwd, 'broken.preseed'), edited);
      const run = await kiln(cwd, [
        ...[
          'build',
          'debian-13',
          '--script',
          join(cwd, 'broken.preseed'),
          '--location',
          'debian-offline:trixie',
        ],
        ...['--output', 'out', '--json', ...ONE_VCPU, ...options],
      ]);
      const last = run.events.at(-1);
      const message = last?.type === 'build-failed' ? last.message : '';
      expect(last, message).toMatchObject({ type: 'build-failed', code, details: { patternId } });
      expect(run.code).toBe(5);
      expect(message).toMatch(says);
      expect(secondsToName(run.events, join(cwd, 'out/logs'))).toBeLessThan(LATEST_SECONDS);
      if (syslog !== undefined)
        expect(readFileSync(join(cwd, 'out/logs/syslog.log'), 'utf8')).toMatch(syslog);
      expect(processesNaming(cwd)).toEqual([]);
    },
  );
});
