import { PublishError } from '../../foundation/errors.ts';
import type { Logger } from '../../foundation/logger.ts';
import { mayTryAgain, statusOf } from '../openstack/service-error.ts';
import { type FileContent, type Upload, uploadOf } from './file-content.ts';
import type { GlanceApi, GlanceImage } from './glance-api.ts';
import { imageLost, type Patience, settledImage } from './settle-image.ts';
import { settledImport } from './settle-import.ts';

/** How the content gets there: sent to the image itself, sent to the staging area and imported, or fetched by Glance. */
export type Way =
  | { readonly kind: 'upload' }
  | { readonly kind: 'glance-direct' }
  | { readonly kind: 'web-download'; readonly url: string };

export type UploadOptions = {
  /** Calls of this one end with the upload's signal, so a stalled connection is let go. */
  readonly glanceWith: (signal: AbortSignal) => GlanceApi;
  readonly glance: GlanceApi;
  readonly content: FileContent;
  /** Whether the content is summed on its way. */
  readonly sums: boolean;
  readonly way: Way;
  readonly store?: string | undefined;
  readonly patience: Patience;
  /** How long the connection may take nothing. */
  readonly stallMs?: number | undefined;
  readonly logger: Logger;
  readonly onProgress: (sent: number) => void;
};

export type Filled = {
  readonly image: GlanceImage;
  /** Of what was sent; undefined where it was not to be summed, or the last byte's way was not seen. */
  readonly sha512: string | undefined;
};

/** How long is waited before each further try: about two minutes in all, for a service that is away only for what is sent to it. */
const WAITS_MS = [500, 5_000, 25_000, 90_000] as const;
const STALL_MS = 120_000;
const IMPORT_WITHIN_MS = 60 * 60_000;

/**
 * Brings the content into a queued image. A connection that breaks and a service that goes away are waited for, then the content is sent
 * again from its beginning: Glance has no way to go on in the middle, but puts an interrupted image back to `queued` by itself.
 * @throws PublishError, CancelledError; the image is then still there
 */
export async function fillImage(id: string, options: UploadOptions): Promise<Filled> {
  const { glance, patience, logger } = options;
  for (let tries = 1; ; tries += 1) {
    const upload = uploadOf(options.content, {
      signal: patience.signal,
      stallMs: options.stallMs ?? STALL_MS,
      sums: options.sums,
      onProgress: options.onProgress,
    });
    const failure = await tryOnce(id, upload, options).then(
      () => undefined,
      (error: unknown) => error ?? new Error('no reason'),
    );
    if (failure !== undefined) {
      patience.signal.throwIfAborted();
      const wait = WAITS_MS[tries - 1];
      if (!isPassing(failure) || wait === undefined) throw await explained(glance, id, failure);
      logger.warn(`${failure.message} Trying again in ${wait / 1000} s (${tries} of ${WAITS_MS.length}).`);
      await patience.clock.sleep(wait, patience.signal);
    }
    const image =
      failure === undefined && options.way.kind !== 'upload'
        ? await settledImport(glance, id, { ...patience, settleMs: IMPORT_WITHIN_MS })
        : await settledImage(glance, id, patience);
    if (image?.status === 'active') return { image, sha512: upload.sha512() };
    if (image?.status !== 'queued' && image?.status !== 'uploading') throw lost(id, image);
    if (failure === undefined)
      throw options.way.kind === 'upload' ? notTaken(image) : await importFailed(glance, id, image);
  }
}

/** 409: an earlier connection of ours has broken, and Glance has not noticed yet. */
function isPassing(error: unknown): error is PublishError {
  return mayTryAgain(error) || (error instanceof PublishError && statusOf(error) === 409);
}

async function tryOnce(id: string, upload: Upload, options: UploadOptions): Promise<void> {
  const { glance, way, store } = options;
  if (way.kind === 'web-download') {
    return glance.beginImport(id, { name: 'web-download', uri: way.url }, store);
  }
  try {
    await sendContent(id, options, upload);
  } catch (error) {
    throw upload.signal.aborted ? upload.signal.reason : error;
  } finally {
    upload.end();
  }
  if (way.kind === 'glance-direct') await glance.beginImport(id, { name: 'glance-direct' }, store);
}

async function sendContent(
  id: string,
  { glanceWith, way, content, store }: UploadOptions,
  upload: Upload,
): Promise<void> {
  const glance = glanceWith(upload.signal);
  const body = { body: upload.body, length: content.size, store };
  if (way.kind === 'glance-direct') await glance.stage(id, body);
  else await glance.upload(id, body);
}

/** 404 and 410 at the end of an upload mean that the image was deleted under it. */
async function explained(glance: GlanceApi, id: string, failure: unknown): Promise<unknown> {
  const status = statusOf(failure);
  if (status !== 404 && status !== 410) return failure;
  const image = await glance.get(id).catch(() => undefined);
  return image === undefined ? imageLost(id, 'deleted') : failure;
}

function lost(id: string, image: GlanceImage | undefined): PublishError {
  if (image?.status !== 'saving' && image?.status !== 'importing')
    return imageLost(id, image?.status ?? 'deleted');
  return new PublishError(
    'publish.timeout',
    `Image ${id} stays in state "${image.status}" in Glance, which should have passed long ago. Look at Glance's log.`,
    { details: { id, status: image.status } },
  );
}

/** An upload that was answered as done, by something that is not Glance or has not handed it on. */
function notTaken({ id, status }: GlanceImage): PublishError {
  return new PublishError(
    'publish.service',
    `Glance answered that it has taken the content of image ${id}, and holds none (state "${status}"). Check what stands between it and Kiln, such as a proxy, and Glance's log.`,
    { details: { id, status } },
  );
}

/** After an import that failed the image is queued again and names the stores that did not get it. */
async function importFailed(glance: GlanceApi, id: string, image: GlanceImage): Promise<PublishError> {
  const tasks = await glance.tasks(id).catch(() => []);
  const words = tasks.map(({ message }) => message).filter(Boolean);
  const stores = String(image.os_glance_failed_import ?? '');
  return new PublishError(
    'publish.import-failed',
    `Glance could not import the content of image ${id}${stores === '' ? '' : ` into ${stores}`}: ${words.join('; ') || 'it gives no reason'}. Check that Glance may fetch that address, or publish without --import.`,
    { details: { id, stores } },
  );
}
