import { quoteCommand } from '../process/run-command.ts';

export type KeptThings = {
  readonly buildId: string;
  readonly work: string;
  readonly logs: string;
  /** Names of domains that stay defined. */
  readonly domains: readonly string[];
  readonly uri: string;
  /** Kiln's own libvirtd: it ends with Kiln unless a guest runs. */
  readonly privateDaemon: boolean;
};

/** What stays, where, how to look at it and how to get rid of it. */
export function keptText({ buildId, work, logs, domains, uri, privateDaemon }: KeptThings): string {
  const look = (name: string): string =>
    privateDaemon ? `its XML is in ${logs}` : quoteCommand('virsh', ['-c', uri, 'dumpxml', name]);
  return [
    `Kept as asked: ${work}`,
    ...domains.map((name) => `the domain ${name} (${look(name)})`),
    `\`kiln builds clean ${buildId}\` removes all of it, and the build's results and logs with it`,
  ].join('; ');
}
