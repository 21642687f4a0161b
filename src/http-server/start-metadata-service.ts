import { rm } from 'node:fs/promises';
import { createServer, type Socket } from 'node:net';
import { HostError } from '../foundation/errors.ts';
import { silentLogger } from '../foundation/logger.ts';
import { answerOnStream } from './answer-on-stream.ts';
import { type HttpServerOptions, startHttpServer } from './start-http-server.ts';

export type MetadataService = {
  /** Stops listening, and removes the socket. */
  close(): Promise<void>;
};

/**
 * Answers at a Unix socket what a guest asks of 169.254.169.254; QEMU connects to it once and forwards (`guestfwd`, qemu(1)). Whoever may
 * not enter the socket's folder reads nothing.
 * @throws HostError `host.cannot-listen`
 */
export async function startMetadataService(
  socketPath: string,
  options: Pick<HttpServerOptions, 'content' | 'onAccess' | 'logger'>,
): Promise<MetadataService> {
  const { logger = silentLogger } = options;
  const web = await startHttpServer({ ...options, token: true });
  const streams = new Set<Socket>();
  const listener = createServer((stream) => {
    streams.add(stream);
    stream.once('close', () => streams.delete(stream));
    answerOnStream(stream, web.url).catch((error) => {
      logger.debug(`the guest's metadata connection ended: ${String(error)}`);
      stream.destroy();
    });
  });
  try {
    await new Promise<void>((settle, reject) => {
      listener.once('error', reject);
      listener.listen(socketPath, settle);
    });
  } catch (cause) {
    await web.close();
    const why = (cause as NodeJS.ErrnoException).code ?? String(cause);
    const message = `The metadata service cannot listen on ${socketPath}: ${why}. Build in a folder with a shorter path.`;
    throw new HostError('host.cannot-listen', message, { cause, details: { path: socketPath } });
  }
  return {
    close: async () => {
      for (const stream of streams) stream.destroy();
      await new Promise<void>((settle) => listener.close(() => settle()));
      await web.close();
      await rm(socketPath, { force: true });
    },
  };
}
