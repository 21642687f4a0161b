import type { InjectionMethod } from '../spec/build-spec.ts';
import type { KernelDialect } from './operating-system.ts';

/** Where a build listens for the installer's log, as a plan says it: known only when the build runs, which puts the port in this text's place. */
export const SYSLOG_PORT = '<syslog-port>';

export type LogQuestion = {
  readonly dialect: KernelDialect | undefined;
  /** By the template or `--syslog`; undefined leaves it to Kiln. */
  readonly wanted: boolean | undefined;
  readonly network: 'user' | 'none';
  readonly inject: InjectionMethod | undefined;
  /** The user's own arguments. */
  readonly extraArgs: readonly string[];
};

/**
 * What makes the installer send its log to Kiln. debian-installer logs nowhere else what a guest can be asked for while it runs (Debian installation
 * guide, 5.3.2, `log_host`), so it is told by itself; Anaconda's log comes through a virtio port without any network (boot-options.rst, `inst.syslog`),
 * so that one is told only when it was asked for. None where the user names a log host, or where Kiln cannot be reached.
 */
export function logArguments(question: LogQuestion): readonly string[] {
  const { dialect, wanted, network, extraArgs } = question;
  const words = dialect === undefined ? undefined : wordsOf(dialect, hostSeenBy(question));
  if (words === undefined || network !== 'user' || !(wanted ?? words.byDefault)) return [];
  return extraArgs.some((argument) => words.own.test(argument)) ? [] : words.add;
}

/** Whether this installer can be told to send its log at all. */
export const canSendLog = (dialect: KernelDialect | undefined): boolean =>
  dialect !== undefined && wordsOf(dialect, '') !== undefined;

type LogWords = { readonly byDefault: boolean; readonly own: RegExp; readonly add: readonly string[] };

function wordsOf(dialect: KernelDialect, host: string): LogWords | undefined {
  switch (dialect) {
    case 'debian-installer':
    case 'kickseed':
      return {
        byDefault: true,
        own: /^log_(?:host|port)=/,
        add: [`log_host=${host}`, `log_port=${SYSLOG_PORT}`],
      };
    case 'dracut':
      return { byDefault: false, own: /^inst\.syslog=/, add: [`inst.syslog=${host}:${SYSLOG_PORT}`] };
    case 'anaconda-old':
      return { byDefault: false, own: /^syslog=/, add: [`syslog=${host}:${SYSLOG_PORT}`] };
    case 'casper':
    case 'linuxrc':
    case 'test-installer':
      return undefined;
  }
}

/** The network of a guest with a metadata service is another one (metadata-network.ts). */
const hostSeenBy = ({ inject }: LogQuestion): string =>
  inject === 'metadata' ? '169.254.169.2' : '10.0.2.2';
