import { copyFile } from 'node:fs/promises';
import type { Clock } from '../foundation/clock.ts';
import { DiskError, HostError, type KilnError } from '../foundation/errors.ts';
import { readLinePattern } from '../foundation/line-pattern.ts';
import type { Redactor } from '../foundation/redact.ts';
import { writeFile } from '../foundation/write-file.ts';
import type { LibvirtConnection } from '../libvirt/libvirt.ts';
import { LibvirtError } from '../libvirt/libvirt-error.ts';
import type { BuildPlan } from '../plan/build-plan.ts';
import { qemuImg } from '../qemu-img/qemu-img.ts';
import { domainXml } from '../vm/domain-xml.ts';
import type { Evidence } from '../watch/install-outcome.ts';
import { type ConsoleOutcome, waitForConsole } from '../watch/wait-for-console.ts';
import type { BuildDirectory } from './build-directory.ts';
import { withoutSecrets } from './build-secrets.ts';
import { assertWitnessed, witnessStart } from './console-witness.ts';
import { bootCheckInput } from './install-domain.ts';
import type { JournalDomain } from './journal.ts';
import { requireOwnFolder } from './owned-paths.ts';
import type { PreparedImport } from './prepare-import.ts';
import type { PreparedInstall } from './prepare-install.ts';
import { removeDomain } from './remove-own.ts';
import { startFailure } from './start-failure.ts';

export type BootCheckOptions = {
  readonly connection: LibvirtConnection;
  readonly prepared: PreparedInstall | PreparedImport;
  readonly noteDomain: (domain: Pick<JournalDomain, 'uuid' | 'name'>) => void;
  /** Hides what nobody else is to see of what the guest prints. */
  readonly redact?: Redactor;
  readonly clock: Clock;
  readonly signal: AbortSignal;
};

export type BootCheckReport = { readonly line: string; readonly seconds: number };

/**
 * Boots the finished disk as a machine elsewhere would, on an overlay, so that the disk itself stays as it is, and
 * waits for the expected console line.
 * @throws as `bootAndWait`
 */
export async function checkBoot(options: BootCheckOptions): Promise<BootCheckReport> {
  const { prepared, signal } = options;
  const { plan, directory } = prepared;
  requireOwnFolder(directory);
  const input = bootCheckInput(prepared.domain.final, directory);
  const backing = { path: directory.disk, format: 'raw' } as const;
  await qemuImg().create({ path: directory.overlay, format: 'qcow2', backing }, { signal });
  if (plan.firmware.kind === 'uefi') await copyFile(plan.firmware.varsTemplate, directory.bootCheckNvram);
  await writeFile(directory.bootCheckLog, '', { mode: 0o644 });
  const xml = domainXml(input);
  await writeFile(directory.bootCheckXml, xml);
  const domain = { uuid: input.uuid, name: input.name, xml, serialLog: directory.bootCheckLog };
  return bootAndWait({ ...options, domain, directory, bootCheck: plan.bootCheck });
}

export type BootOptions = Omit<BootCheckOptions, 'prepared'> & {
  readonly domain: {
    readonly uuid: string;
    readonly name: string;
    readonly xml: string;
    readonly serialLog: string;
  };
  /** Must be the build's own still when the boot check fails: the console's log lies in it. */
  readonly directory: Pick<BuildDirectory, 'root' | 'work'>;
  readonly bootCheck: Pick<BuildPlan['bootCheck'], 'pattern' | 'limitSeconds'>;
};

/**
 * Starts a domain that is only for looking, waits for the line, and takes it away again.
 * @throws DiskError `disk.not-bootable`; InstallError `install.start-failed`; HostError where not the disk is to blame:
 *   `host.no-space`, `host.guest-lost`, `host.console-lost`, `host.output-replaced`, and those of `waitForConsole`
 */
export async function bootAndWait(options: BootOptions): Promise<BootCheckReport> {
  const { connection, domain, directory, bootCheck, clock, signal, redact = (text) => text } = options;
  const { uuid, name, xml, serialLog } = domain;
  options.noteDomain({ uuid, name });
  const events = await connection.subscribe(uuid);
  try {
    const start = (): Promise<unknown> =>
      connection.createXml(xml).catch((error) => {
        requireOwnFolder(directory);
        throw error instanceof LibvirtError ? startFailure({ name, uri: connection.uri }, error) : error;
      });
    const witness = await witnessStart(serialLog, start);
    const outcome = await waitForConsole({
      connection,
      uuid,
      events,
      serialLog,
      pattern: readLinePattern(bootCheck.pattern),
      limitSeconds: bootCheck.limitSeconds,
      clock,
      signal,
    });
    if (outcome.kind === 'matched') return { line: outcome.line, seconds: outcome.seconds };
    if (outcome.cause !== 'host-disk-full') requireOwnFolder(directory);
    assertWitnessed(outcome, witness);
    throw bootCheckError(withoutSecrets(outcome, redact), serialLog);
  } finally {
    events.close();
    await removeDomain(connection, uuid);
  }
}

type BootFailure = Pick<Extract<ConsoleOutcome, { kind: 'failed' }>, 'cause' | 'reason'> & {
  readonly evidence: Pick<Evidence, 'consoleTail'>;
};

const SLOW_GUEST =
  'The guest still ran: where it only takes longer, raise the limit (--boot-check-limit, or boot-check.limit in the template) or leave the check out ' +
  'with --no-boot-check; --keep keeps the disk of a build that fails.';

/** What kept the guest from its line: a full disk of the host, or a QEMU that was ended, says nothing about the image. */
export function bootCheckError({ cause, reason, evidence }: BootFailure, serialLog: string): KilnError {
  const details = { reason, console: evidence.consoleTail };
  if (cause === 'host-disk-full') {
    const text = `The boot check could not go on: ${reason} Make room where the build directory lies, or build elsewhere; --no-boot-check needs less.`;
    return new HostError('host.no-space', text, { details });
  }
  if (cause === 'crashed' || cause === 'destroyed') {
    const text = `The boot check could not go on: ${reason} Nothing is known against the disk. Find out who or what ended its guest (dmesg, libvirt's log), then build again.`;
    return new HostError('host.guest-lost', text, { details });
  }
  const advice = cause === 'timed-out' ? `${SLOW_GUEST} ` : '';
  return new DiskError(
    'disk.not-bootable',
    `The disk did not boot: ${reason} ${advice}Its console is in ${serialLog}.`,
    { details },
  );
}
