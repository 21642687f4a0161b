import { join } from 'node:path';

/** Every path inside a build's folder, named once (docs/places.md). */
export type BuildDirectory = {
  readonly root: string;
  readonly manifest: string;
  readonly logs: string;
  readonly serialLog: string;
  readonly bootCheckLog: string;
  readonly screenshot: string;
  readonly planFile: string;
  readonly installXml: string;
  readonly finalXml: string;
  readonly bootCheckXml: string;
  /** Everything that is gone when the build is over. */
  readonly work: string;
  readonly disk: string;
  readonly overlay: string;
  readonly initrd: string;
  readonly seed: string;
  readonly nvram: string;
  readonly bootCheckNvram: string;
  /** Images grow here and move to the root when all is well. */
  readonly outputs: string;
};

/** The work folder's name holds the build's id, so that clean-up can take it for no other build's. */
export const workFolderName = (buildId: string): string => `.kiln-work-${buildId}`;

export const isWorkFolder = (name: string): boolean => name.startsWith(workFolderName(''));

export function buildDirectory(root: string, buildId: string): BuildDirectory {
  const logs = join(root, 'logs');
  const work = join(root, workFolderName(buildId));
  return {
    root,
    manifest: join(root, 'manifest.json'),
    logs,
    serialLog: join(logs, 'serial.log'),
    bootCheckLog: join(logs, 'boot-check.serial.log'),
    screenshot: join(logs, 'screenshot.png'),
    planFile: join(logs, 'plan.json'),
    installXml: join(logs, 'domain-install.xml'),
    finalXml: join(logs, 'domain-final.xml'),
    bootCheckXml: join(logs, 'domain-boot-check.xml'),
    work,
    disk: join(work, 'disk.raw'),
    overlay: join(work, 'boot-check.qcow2'),
    initrd: join(work, 'initrd'),
    seed: join(work, 'seed.iso'),
    nvram: join(work, 'nvram.fd'),
    bootCheckNvram: join(work, 'boot-check-nvram.fd'),
    outputs: join(work, 'outputs'),
  };
}
