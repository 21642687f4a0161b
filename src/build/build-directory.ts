import { join } from 'node:path';
import { LOGS_FOLDER, MANIFEST_FILE } from '../foundation/result-files.ts';

/** Every path inside a build's folder, named once (docs/places.md). */
export type BuildDirectory = {
  readonly root: string;
  readonly manifest: string;
  readonly logs: string;
  readonly serialLog: string;
  readonly bootCheckLog: string;
  /** What the installer told by another way than its console. */
  readonly installerLog: string;
  /** What the installer sent over the network (receive-syslog.ts). */
  readonly syslog: string;
  readonly screenshot: string;
  /** What the guest fetched from Kiln's web server. */
  readonly httpLog: string;
  /** The last screenshots before the end. */
  readonly screens: string;
  readonly screenText: string;
  readonly screenshotText: string;
  readonly failure: string;
  readonly timeline: string;
  readonly counters: string;
  readonly lifecycle: string;
  readonly qemuLog: string;
  readonly installerLogs: string;
  readonly planFile: string;
  readonly installXml: string;
  readonly finalXml: string;
  readonly bootCheckXml: string;
  /** Everything that is gone when the build is over. */
  readonly work: string;
  readonly disk: string;
  /** With `--force`: what the build before had logged. */
  readonly earlierLogs: string;
  readonly overlay: string;
  /** What another process needs to go on with the install. */
  readonly savedInstall: string;
  readonly initrd: string;
  readonly seed: string;
  readonly ipxeIso: string;
  readonly nvram: string;
  readonly bootCheckNvram: string;
  /** Images grow here and move to the root when all is well. */
  readonly outputs: string;
};

/** The work folder's name holds the build's id, so that clean-up can take it for no other build's. */
export const workFolderName = (buildId: string): string => `.kiln-work-${buildId}`;

export const isWorkFolder = (name: string): boolean => name.startsWith(workFolderName(''));

export function buildDirectory(root: string, buildId: string): BuildDirectory {
  const logs = join(root, LOGS_FOLDER);
  const work = join(root, workFolderName(buildId));
  return {
    root,
    manifest: join(root, MANIFEST_FILE),
    logs,
    serialLog: join(logs, 'serial.log'),
    installerLog: join(logs, 'installer.log'),
    bootCheckLog: join(logs, 'boot-check.serial.log'),
    syslog: join(logs, 'syslog.log'),
    screenshot: join(logs, 'screenshot.png'),
    httpLog: join(logs, 'http-access.log'),
    screens: join(logs, 'screens'),
    screenText: join(logs, 'screen.txt'),
    screenshotText: join(logs, 'screenshot.txt'),
    failure: join(logs, 'failure.json'),
    timeline: join(logs, 'timeline.json'),
    counters: join(logs, 'counters.json'),
    lifecycle: join(logs, 'lifecycle.json'),
    qemuLog: join(logs, 'qemu.log'),
    installerLogs: join(logs, 'installer'),
    planFile: join(logs, 'plan.json'),
    installXml: join(logs, 'domain-install.xml'),
    finalXml: join(logs, 'domain-final.xml'),
    bootCheckXml: join(logs, 'domain-boot-check.xml'),
    work,
    disk: join(work, 'disk.raw'),
    earlierLogs: join(work, 'earlier-logs'),
    overlay: join(work, 'boot-check.qcow2'),
    savedInstall: join(work, 'install.json'),
    initrd: join(work, 'initrd'),
    seed: join(work, 'seed.iso'),
    ipxeIso: join(work, 'ipxe.iso'),
    nvram: join(work, 'nvram.fd'),
    bootCheckNvram: join(work, 'boot-check-nvram.fd'),
    outputs: join(work, 'outputs'),
  };
}
