import { mkdtemp, open, rm } from 'node:fs/promises';
import type { IncomingMessage, ServerResponse } from 'node:http';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { buildDirectory } from '../build/build-directory.ts';
import { STAGE_TITLES } from '../build/build-events.ts';
import { type BuildRecord, findBuild, isDamaged } from '../build/build-records.ts';
import { readStory } from '../build/build-story.ts';
import { reportBuild } from '../build/report-build.ts';
import { stopBuild } from '../build/stop-build.ts';
import { answerRequest, endWithout } from '../http-server/answer-request.ts';
import { folderContent, type Served, type ServedContent } from '../http-server/served-content.ts';
import { asPng } from '../watch/screenshot.ts';
import { indexPage, pageFiles } from './page-files.ts';
import { setEvidenceHeaders, setPageHeaders } from './page-headers.ts';
import type { PageHost } from './page-host.ts';
import type { StoryAnswer } from './page-messages.ts';

export type PageRequest = {
  readonly message: IncomingMessage;
  readonly response: ServerResponse;
  /** Below the page's base. */
  readonly path: string;
  readonly query: URLSearchParams;
};

type Exchange = PageRequest & { readonly host: PageHost; readonly signal: AbortSignal };
type OfBuild = Exchange & { readonly build: BuildRecord; readonly rest: string };

/** Answers what was let in. Throws what the asked-for thing throws: `builds.not-found` and its like. */
export function pageRequests(host: PageHost, signal: AbortSignal) {
  const files = pageFiles(host.projectDir);
  return async (request: PageRequest): Promise<void> => {
    const exchange = { ...request, host, signal };
    const [, id, rest = ''] = /^api\/builds\/([^/]+)(?:\/(.*))?$/.exec(request.path) ?? [];
    if (id !== undefined) {
      return answerForBuild({ ...exchange, rest, build: await findBuild(host.stateDir, id) });
    }
    if (!isReading(request)) return endWithout(request.response, 405);
    if (request.path === '') return answerIndex(exchange);
    setPageHeaders(request.response);
    await answerFrom(files, request.path, exchange);
  };
}

const isReading = ({ message }: PageRequest): boolean => ['GET', 'HEAD'].includes(message.method ?? '');

async function answerIndex(exchange: Exchange): Promise<void> {
  const { html, styleNonce } = await indexPage(exchange.host.projectDir);
  setPageHeaders(exchange.response, styleNonce);
  await send({ kind: 'bytes', content: html, type: 'text/html; charset=utf-8' }, exchange);
}

async function answerForBuild(exchange: OfBuild): Promise<void> {
  const { response, rest, build, host, signal } = exchange;
  setEvidenceHeaders(response);
  if (exchange.message.method === 'POST') {
    if (rest === 'stop') await stopBuild(host.stateDir, build.id, signal);
    else if (rest === 'resume') await host.resume(build.id);
    else return endWithout(response, 404);
    return endWithout(response, 204);
  }
  if (!isReading(exchange)) return endWithout(response, 405);
  if (rest === '') return answerStory(exchange);
  if (rest === 'report.tar.gz') return answerReport(exchange);
  if (rest === 'screen.png') return answerScreenshot(exchange);
  const [, name] = /^logs\/(.+)$/.exec(rest) ?? [];
  if (name === undefined) return endWithout(response, 404);
  await answerFrom(evidenceOf(build), name, exchange);
}

async function answerStory(exchange: OfBuild): Promise<void> {
  const { build, ...story } = await readStory(exchange.build, exchange.host.stateDir);
  const { process: _owner, ...record } = build;
  const answer: StoryAnswer = {
    ...story,
    build: record,
    stageTitles: STAGE_TITLES,
  };
  await send({ kind: 'bytes', content: JSON.stringify(answer), type: 'application/json' }, exchange);
}

/** The build's log folder. Pictures are pictures; all else, whatever a guest called it, is text. */
function evidenceOf(build: BuildRecord): ServedContent {
  if (isDamaged(build)) return () => undefined;
  const content = folderContent(buildDirectory(build.directory, build.id).logs);
  return async (request) => {
    const found = await content(request);
    const type = request.path.endsWith('.png') ? 'image/png' : 'text/plain; charset=utf-8';
    return found === undefined ? undefined : { ...found, type };
  };
}

async function answerReport(exchange: OfBuild): Promise<void> {
  const { build, host, response } = exchange;
  const folder = await mkdtemp(join(tmpdir(), 'kiln-page-'));
  try {
    const { stateDir, about, logger } = host;
    const name = `kiln-report-${build.id}.tar.gz`;
    const options = { stateDir, about, logger, id: build.id, cwd: folder };
    const { path } = await reportBuild({ ...options, output: name });
    response.setHeader('Content-Disposition', `attachment; filename="${name}"`);
    await sendFile({ kind: 'file', handle: await open(path), type: 'application/gzip' }, exchange);
  } finally {
    await rm(folder, { recursive: true, force: true });
  }
}

async function answerScreenshot(exchange: OfBuild): Promise<void> {
  const guest = await exchange.host.openGuest(exchange.build.id);
  try {
    const { data } = await guest.libvirt.connection.screenshot(guest.domain.uuid);
    await send({ kind: 'bytes', content: asPng(data), type: 'image/png' }, exchange);
  } finally {
    await guest.libvirt.close();
  }
}

async function answerFrom(content: ServedContent, path: string, exchange: Exchange): Promise<void> {
  const { query, message, response } = exchange;
  const client = message.socket.remoteAddress ?? '';
  const served = await content({ path, query, client });
  if (served === undefined) return endWithout(response, 404);
  if (served.kind === 'file') await sendFile(served, exchange);
  else await send(served, exchange);
}

async function sendFile(served: Extract<Served, { kind: 'file' }>, exchange: Exchange): Promise<void> {
  try {
    await send(served, exchange);
  } finally {
    await served.handle.close();
  }
}

const send = (served: Served, { message, response, path }: Exchange): Promise<void> =>
  answerRequest(message, response, { served, path, onSent: () => undefined });
