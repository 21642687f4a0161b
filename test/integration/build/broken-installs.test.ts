import { existsSync, readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { beforeAll, describe, it } from 'vitest';
import type { BuildOverrides } from '../../../src/spec/build-overrides.ts';
import { INSTALL_PATTERNS } from '../../../src/watch/patterns.ts';
import { buildSandbox, faultyKickstart } from '../../support/build-sandbox.ts';
import { buildTestInstaller, type TestInstaller } from '../../support/test-installer.ts';

let installer: TestInstaller;
beforeAll(async () => {
  installer = await buildTestInstaller();
});

const KICKSTART = faultyKickstart('').replace(/^.*\n/, '');
const PRESEED = `d-i netcfg/get_hostname string broken
d-i passwd/root-login boolean false
d-i passwd/root-password-crypted password !
d-i partman-auto/method string regular
d-i preseed/late_command string in-target systemctll enable ssh && {{completion_marker_command}}
d-i finish-install/reboot_in_progress note
d-i debian-installer/exit/poweroff boolean true
`;

/** The console of another installer, said by a real guest: what Kiln makes of it on its way through QEMU and libvirt. */
function consoleOf(id: string): string {
  const sample = INSTALL_PATTERNS.find((pattern) => pattern.id === id)?.sample.text ?? '';
  const lines = sample.split('\n').map((line) => `# console: ${line}`);
  return `${lines.join('\n')}\n${faultyKickstart('console')}`;
}

type Case = {
  readonly what: string;
  readonly script: string;
  readonly scriptName?: string;
  readonly overrides?: BuildOverrides;
  readonly code: string;
  readonly patternId?: string;
  readonly says: RegExp;
};

const said = (id: string, code: string, says: RegExp): Case => ({
  what: `the console of ${id}`,
  script: consoleOf(id),
  code,
  patternId: id,
  says,
});

/** Anaconda's own log, through its virtio port, while the console stays silent. */
const LOG_PORT = `# log-port: 12:04:11,207 INFO anaconda:packaging: Installing bash.x86_64 (12/345)
# log-port: 12:04:12,113 ERR anaconda:packaging: error populating transaction after 10 retries: no more mirrors to try
${faultyKickstart('console')}`;

const CASES: readonly Case[] = [
  {
    what: 'an error that Anaconda tells its log alone',
    script: LOG_PORT,
    code: 'install.failed',
    patternId: 'anaconda.log-download',
    says: /packages could not be downloaded[\s\S]*no more mirrors/,
  },
  {
    what: 'a disk that is too small',
    script: KICKSTART,
    overrides: { disk: 'size=200MiB' },
    code: 'install.failed',
    says: /disk \/dev\/vda is too small/,
  },
  {
    what: 'an unknown command in the kickstart file',
    script: KICKSTART.replace('autopart', 'autopart\nfrobnicate --now'),
    code: 'install.failed',
    says: /unknown kickstart command: frobnicate/,
  },
  {
    what: 'no password and no user',
    script: KICKSTART.replace(/^rootpw.*\n/m, ''),
    code: 'install.failed',
    says: /neither a root password nor a user/,
  },
  {
    what: 'a %post script that calls a program that is not there',
    script: `${KICKSTART}%post --erroronfail\nsystemctll enable sshd || exit 1\n%end\n`,
    code: 'install.failed',
    patternId: 'generic.command-not-found',
    says: /script\.ks:\d+: systemctll enable sshd/,
  },
  {
    what: 'a late_command that fails',
    script: PRESEED,
    scriptName: 'script.preseed',
    code: 'install.failed',
    says: /script\.preseed:\d+: d-i preseed\/late_command/,
  },
  {
    what: 'no network card, and an installer that needs one',
    script: KICKSTART,
    overrides: { network: 'none', inject: 'none', extraArgs: ['inst.ks=http://10.0.2.2:9/ks.cfg'] },
    code: 'install.failed',
    patternId: 'test-installer.network',
    says: /no network card \(network: none\)[\s\S]*--network user/,
  },
  {
    what: 'a script that cannot be fetched',
    script: KICKSTART,
    overrides: { inject: 'none', extraArgs: ['inst.ks=http://10.0.2.2:9/ks.cfg'] },
    code: 'install.failed',
    patternId: 'test-installer.fetch',
    says: /cannot fetch the install script http/,
  },
  {
    what: 'an initrd without the program the kernel was told to start',
    script: KICKSTART,
    overrides: { extraArgs: ['rdinit=/no-such-program'] },
    code: 'install.panic',
    patternId: 'kernel.no-root',
    says: /no root file system/,
  },
  {
    what: 'an installer that ends',
    script: faultyKickstart('end-of-init'),
    code: 'install.panic',
    patternId: 'kernel.init-killed',
    says: /first program/,
  },
  {
    what: 'a guest without memory',
    script: faultyKickstart('oom'),
    code: 'install.failed',
    patternId: 'kernel.oom-killer',
    says: /Raise memory/,
  },
  {
    what: 'a guest that halts',
    script: faultyKickstart('halt'),
    code: 'install.failed',
    patternId: 'kernel.halted',
    says: /powering off/,
  },
  said('firmware.dracut-emergency', 'install.not-booted', /emergency shell/),
  said('debian-installer.bad-mirror', 'install.failed', /mirror/),
  said('anaconda.script', 'install.failed', /%post/),
];

describe.concurrent('a broken install', () => {
  it.for(CASES)('$what → $code', async (broken, { expect, onTestFinished }) => {
    const { script, scriptName, overrides, code, patternId, says } = broken;
    const sandbox = buildSandbox();
    onTestFinished(() => sandbox.remove());
    const media = `${installer.iso}`;
    const error = await sandbox.failure({
      location: media,
      script: sandbox.script(script, scriptName),
      ...overrides,
    });
    expect(error.code, error.message).toBe(code);
    expect(error.message).toMatch(says);
    if (patternId !== undefined) expect(error.details).toMatchObject({ patternId });
    expect(sandbox.leftovers()).toEqual([]);
    const started = sandbox.events.find((event) => event.type === 'build-started');
    const { directory = '', buildId = '' } = started?.type === 'build-started' ? started : {};
    const logs = join(directory, 'logs');
    expect(readdirSync('/var/log/libvirt/qemu').filter((name) => name.includes(buildId))).toEqual([]);
    expect(JSON.parse(readFileSync(join(logs, 'failure.json'), 'utf8'))).toMatchObject({ code });
    expect(readdirSync(logs)).toEqual(
      expect.arrayContaining([
        'serial.log',
        'serial.timed.log',
        'timeline.json',
        'lifecycle.json',
        'qemu.log',
      ]),
    );
    if (code !== 'install.panic') expect(existsSync(join(logs, 'screenshot.png'))).toBe(true);
  });
});
