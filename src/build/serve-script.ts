import { createWriteStream, type WriteStream } from 'node:fs';
import { rm } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import { makeFolder } from '../foundation/make-folder.ts';
import { type AccessEvent, accessLine } from '../http-server/access-event.ts';
import { memoryContent, type ServedContent } from '../http-server/served-content.ts';
import {
  type HttpServer,
  type HttpServerOptions,
  startHttpServer,
} from '../http-server/start-http-server.ts';
import { startMetadataService } from '../http-server/start-metadata-service.ts';
import type { PostListener } from '../http-server/take-post.ts';
import { addReporting } from '../install-script/edit/add-reporting.ts';
import type { ScriptPlan } from '../plan/build-plan.ts';
import { type CloudData, metadataFiles, servedFiles } from '../seed/cloud-data.ts';
import { webhookEventText } from '../watch/webhook-event.ts';

/** What runs beside the installer so that it can fetch its script. */
export type ServedScript = {
  /** What the guest calls the served folder; undefined where the address is fixed. */
  readonly guestUrl?: string;
  /** QEMU is to forward 169.254.169.254 to it. */
  readonly metadataSocket?: string;
  /** What was asked for, for the one who looks why an install failed. */
  evidence(): readonly string[];
  /** Called once, when the whole script has been sent. */
  onFetched(listener: () => void): void;
  close(): Promise<void>;
};

export type ServeOptions = {
  readonly script: ScriptPlan;
  readonly data: CloudData;
  /** A line for each answer. */
  readonly accessLog: string;
  /** A line for each event that an installer posts; left out, none is asked to. */
  readonly installerLog?: string;
  /** For `metadata`: in a folder of its own, which is made and removed. */
  readonly metadataSocket?: string;
};

/**
 * Starts the server the injection needs; undefined for methods that need none.
 * @throws HostError `host.cannot-listen`
 */
export async function serveScript(options: ServeOptions): Promise<ServedScript | undefined> {
  const { script, data, accessLog, metadataSocket } = options;
  if (script.inject !== 'http' && script.inject !== 'metadata') return undefined;
  const log = createWriteStream(accessLog, { flags: 'a', mode: 0o600 });
  const access = accessRecord(log);
  const listening = { onAccess: access.take };
  if (script.inject === 'http') {
    const server = await serveWithReports(options, listening);
    return { ...access.told, guestUrl: server.guestUrl, close: closingOnce([server], log) };
  }
  if (metadataSocket === undefined) throw new TypeError('metadata need a socket');
  await makeFolder(dirname(metadataSocket), 0o700);
  const content = memoryContent(metadataFiles(data));
  const service = await startMetadataService(metadataSocket, { ...listening, content });
  const folder = { close: () => rm(dirname(metadataSocket), { recursive: true, force: true }) };
  return { ...access.told, metadataSocket, close: closingOnce([service, folder], log) };
}

/** Below the secret address, beside the script's own name. */
const REPORT_PATH = 'report';

/** Subiquity is told in its script where to post; the address is known only when the server listens. */
async function serveWithReports(
  { script, data, installerLog }: ServeOptions,
  listening: Pick<HttpServerOptions, 'onAccess'>,
): Promise<HttpServer & { close(): Promise<void> }> {
  let content: ServedContent = () => undefined;
  const isAsked = script.kind === 'autoinstall' && installerLog !== undefined;
  const reports = isAsked ? reportWriter(installerLog) : undefined;
  const server = await startHttpServer({
    ...listening,
    ...(reports === undefined ? {} : { onPost: reports.take }),
    content: (request) => content(request),
    token: true,
  });
  const userData =
    reports === undefined ? data.userData : addReporting(data.userData, `${server.guestUrl}${REPORT_PATH}`);
  content = memoryContent(servedFiles({ ...data, userData }, script.installName));
  return {
    ...server,
    close: async () => {
      await server.close();
      await reports?.close();
    },
  };
}

function reportWriter(path: string): { take: PostListener; close(): Promise<void> } {
  const file = createWriteStream(path, { flags: 'a', mode: 0o600 });
  return {
    take: ({ path: postedTo, body }) => {
      if (postedTo !== REPORT_PATH) return false;
      const text = webhookEventText(body);
      if (text !== undefined && !file.writableEnded) file.write(`${text}\n`);
      return true;
    },
    close: () => new Promise((settle) => file.end(settle)),
  };
}

/** Short enough for a Unix socket (unix(7)), and nobody else's. */
export const metadataSocketPath = (runtimeDir: string, buildId: string): string =>
  join(runtimeDir, `metadata-${buildId}`, 'socket');

function closingOnce(services: readonly { close(): Promise<void> }[], log: WriteStream): () => Promise<void> {
  let closing: Promise<void> | undefined;
  const closeAll = async (): Promise<void> => {
    for (const service of services) await service.close();
    await new Promise<void>((settle) => log.end(settle));
  };
  return () => {
    closing ??= closeAll();
    return closing;
  };
}

function accessRecord(log: WriteStream) {
  const answers: Extract<AccessEvent, { type: 'response' }>[] = [];
  const listeners: (() => void)[] = [];
  return {
    take: (event: AccessEvent): void => {
      if (event.type !== 'response') return;
      if (!log.writableEnded) log.write(`${accessLine(event)}\n`);
      const first = !answers.some(isScript);
      answers.push(event);
      if (first && isScript(event)) for (const listener of listeners) listener();
    },
    told: {
      evidence: () => evidenceOf(answers),
      onFetched: (listener: () => void) => void listeners.push(listener),
    },
  };
}

type Answer = Extract<AccessEvent, { type: 'response' }>;

/** User data come under several names; what describes the instance is no script. */
const isScript = ({ path, method, status, complete }: Answer): boolean =>
  method === 'GET' && status === 200 && complete && /(?:^|\/)(?:user[-_]data|[^/]+\.(?:cfg|xml))$/.test(path);

function evidenceOf(answers: readonly Answer[]): readonly string[] {
  if (answers.some(isScript)) return [];
  const [last] = answers.slice(-1);
  if (last === undefined)
    return [
      'No request for the install script arrived: the installer has no network, or its kernel line does not name the address.',
    ];
  return [
    `The install script was never fetched whole; the last of ${answers.length} requests: ${accessLine(last)}`,
  ];
}
