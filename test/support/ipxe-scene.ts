import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { type IpxeTools, ipxeTools } from '../../src/build/ipxe-tools.ts';
import { silentLogger } from '../../src/foundation/logger.ts';
import { probeHost } from '../../src/host/probe-host.ts';
import type { ServedContent } from '../../src/http-server/served-content.ts';
import { type HttpServer, startHttpServer } from '../../src/http-server/start-http-server.ts';
import type { BootFirmware } from '../../src/ipxe/ipxe-programs.ts';
import { type LoaderOptions, loaderScript } from '../../src/ipxe/loader-script.ts';
import {
  type IpxeHost,
  type IpxeRun,
  type IpxeRunOptions,
  ipxeHost,
  runIpxe,
} from '../../src/ipxe/run-ipxe.ts';
import { writeIpxeIso } from '../../src/ipxe/write-ipxe-iso.ts';

/** A server whose answers are kept: `200 menu.ipxe`. */
export type WatchedServer = HttpServer & { readonly requests: readonly string[] };

/** What tests of real iPXE in QEMU have in common. */
export type IpxeScene = {
  readonly folder: string;
  readonly host: IpxeHost;
  readonly tools: IpxeTools;
  serve(content: ServedContent): Promise<WatchedServer>;
  /** Writes a generated ISO. */
  iso(
    loader: Pick<LoaderOptions, 'chain'> & Partial<LoaderOptions>,
    firmware?: BootFirmware,
  ): Promise<string>;
  /** Boots a generated ISO until a line of its console says enough. */
  boot(
    loader: Pick<LoaderOptions, 'chain'> & Partial<LoaderOptions>,
    until: RegExp,
    run?: Partial<IpxeRunOptions>,
  ): Promise<IpxeRun & { readonly text: string }>;
  remove(): Promise<void>;
};

const LOADER: Omit<LoaderOptions, 'chain'> = {
  title: 'test',
  network: { kind: 'dhcp' },
  tries: 1,
  failsafe: { kind: 'fail' },
};

/** Where the answers of the iPXE programs are kept from run to run, as users' are. */
export const PROBE_CACHE = join(tmpdir(), `kiln-test-probes-${process.getuid?.() ?? 0}`);

export async function ipxeScene(firmware: readonly BootFirmware[] = ['bios']): Promise<IpxeScene> {
  const folder = mkdtempSync(join(tmpdir(), 'kiln-ipxe-scene-'));
  const cacheDir = PROBE_CACHE;
  const signal = new AbortController().signal;
  const host = ipxeHost(await probeHost({ cacheDir, signal, logger: silentLogger }));
  const tools = await ipxeTools({ firmware, host, cacheDir });
  const servers: HttpServer[] = [];
  let count = 0;
  const writeIso: IpxeScene['iso'] = async (loader, one = 'bios') => {
    const can = tools.capabilities[one];
    if (can === undefined) throw new Error(`the iPXE of ${one} was not asked`);
    count += 1;
    const iso = join(folder, `boot-${count}.iso`);
    const { text: script } = loaderScript({ ...LOADER, ...loader }, can);
    await writeIpxeIso({ ...tools, firmware: [one], scripts: { [one]: script } }, iso);
    return iso;
  };
  return {
    folder,
    host,
    tools,
    serve: async (content) => {
      const requests: string[] = [];
      const server = await startHttpServer({
        content,
        onAccess: (event) => {
          if (event.type === 'response') requests.push(`${event.status} ${event.path}`);
        },
      });
      servers.push(server);
      return { ...server, requests };
    },
    iso: writeIso,
    boot: async (loader, until, run = {}) => {
      const one = run.firmware ?? 'bios';
      const iso = await writeIso(loader, one);
      const ended = await runIpxe({
        host,
        iso,
        firmware: one,
        deadlineMs: 150_000,
        until: (line) => until.test(line),
        ...run,
      });
      return { ...ended, text: ended.lines.join('\n') };
    },
    remove: async () => {
      for (const server of servers) await server.close();
      rmSync(folder, { recursive: true, force: true });
    },
  };
}
