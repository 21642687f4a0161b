import { copyFile, writeFile } from 'node:fs/promises';
import type { Clock } from '../foundation/clock.ts';
import { DiskError } from '../foundation/errors.ts';
import type { LibvirtConnection } from '../libvirt/libvirt.ts';
import { qemuImg } from '../qemu-img/qemu-img.ts';
import { domainXml } from '../vm/domain-xml.ts';
import { waitForConsole } from '../watch/wait-for-console.ts';
import { removeDomain } from './clean-builds.ts';
import { bootCheckInput } from './install-domain.ts';
import type { JournalDomain } from './journal.ts';
import type { PreparedImport } from './prepare-import.ts';
import type { PreparedInstall } from './prepare-install.ts';

export type BootCheckOptions = {
  readonly connection: LibvirtConnection;
  readonly prepared: PreparedInstall | PreparedImport;
  readonly noteDomain: (domain: Pick<JournalDomain, 'uuid' | 'name'>) => void;
  readonly clock: Clock;
  readonly signal: AbortSignal;
};

export type BootCheckReport = { readonly line: string; readonly seconds: number };

/**
 * Boots the finished disk as a machine elsewhere would, on an overlay, so that the disk itself stays as it is, and
 * waits for the expected console line.
 * @throws DiskError `disk.not-bootable`
 */
export async function checkBoot(options: BootCheckOptions): Promise<BootCheckReport> {
  const { connection, prepared, clock, signal } = options;
  const { plan, directory } = prepared;
  const input = bootCheckInput(prepared.domain.final, directory);
  const backing = { path: directory.disk, format: 'raw' } as const;
  await qemuImg().create({ path: directory.overlay, format: 'qcow2', backing }, { signal });
  if (plan.firmware.kind === 'uefi') await copyFile(plan.firmware.varsTemplate, directory.bootCheckNvram);
  await writeFile(directory.bootCheckLog, '', { mode: 0o644 });
  const xml = domainXml(input);
  await writeFile(directory.bootCheckXml, xml);
  options.noteDomain({ uuid: input.uuid, name: input.name });
  const events = await connection.subscribe(input.uuid);
  try {
    await connection.createXml(xml);
    const outcome = await waitForConsole({
      connection,
      uuid: input.uuid,
      events,
      serialLog: directory.bootCheckLog,
      pattern: new RegExp(plan.bootCheck.pattern),
      limitSeconds: plan.bootCheck.limitSeconds,
      clock,
      signal,
    });
    if (outcome.kind === 'matched') return { line: outcome.line, seconds: outcome.seconds };
    throw new DiskError(
      'disk.not-bootable',
      `The disk did not boot: ${outcome.reason} Its console is in ${directory.bootCheckLog}.`,
      { details: { reason: outcome.reason, console: outcome.evidence.consoleTail } },
    );
  } finally {
    events.close();
    await removeDomain(connection, input.uuid);
  }
}
