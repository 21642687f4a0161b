import { type FileHandle, open } from 'node:fs/promises';
import { aboutWrite } from '../foundation/write-file.ts';
import type { Call } from './domain-calls.ts';
import type { LibvirtLibrary } from './libvirt-library.ts';
import type { ConnectionHandle, Out, StreamHandle, VolumeHandle } from './native.ts';

/** What fits into one message of libvirt's protocol. */
const CHUNK_BYTES = 256 * 1024;
const SPARSE_STREAM = 1; // VIR_STORAGE_VOL_DOWNLOAD_SPARSE_STREAM
const STOP_AT_HOLE = 1; // VIR_STREAM_RECV_STOP_AT_HOLE
const AT_HOLE = -3;

export type Transfer = {
  readonly library: LibvirtLibrary;
  readonly connection: ConnectionHandle;
  readonly volume: VolumeHandle;
  readonly call: Call;
};

/** virStorageVolUpload: a local file becomes the volume's content. */
export async function uploadFile(transfer: Transfer, path: string): Promise<void> {
  const { library, volume, call } = transfer;
  const file = await open(path);
  try {
    const { size } = await file.stat();
    await withStream(transfer, async (stream) => {
      await call('virStorageVolUpload', () =>
        library.virStorageVolUpload.blocking(volume, stream, 0, size, 0),
      );
      await sendAll(transfer, stream, file);
    });
  } finally {
    await file.close();
  }
}

async function sendAll({ library, call }: Transfer, stream: StreamHandle, file: FileHandle): Promise<void> {
  const buffer = new Uint8Array(CHUNK_BYTES);
  for (;;) {
    const { bytesRead } = await file.read(buffer, 0, buffer.length, null);
    if (bytesRead === 0) return;
    for (let rest = buffer.subarray(0, bytesRead); rest.length > 0; ) {
      const sent = await call('virStreamSend', () =>
        library.virStreamSend.blocking(stream, rest, rest.length),
      );
      rest = rest.subarray(sent);
    }
  }
}

/** virStorageVolDownload: the volume as a file with the volume's holes; of a qcow2 volume the bytes of its file. */
export async function downloadFile(transfer: Transfer, path: string): Promise<void> {
  const { library, volume, call } = transfer;
  const file = await open(path, 'w', 0o600);
  try {
    await withStream(transfer, async (stream) => {
      await call('virStorageVolDownload', () =>
        library.virStorageVolDownload.blocking(volume, stream, 0, 0, SPARSE_STREAM),
      );
      await file.truncate(await receiveAll(transfer, stream, file));
    });
    await file.sync();
  } catch (error) {
    throw aboutWrite(error, path);
  } finally {
    await file.close();
  }
}

/** @returns the length, with a hole at the end */
async function receiveAll(
  { library, call }: Transfer,
  stream: StreamHandle,
  file: FileHandle,
): Promise<number> {
  const buffer = new Uint8Array(CHUNK_BYTES);
  for (let at = 0; ; ) {
    const { length } = await call('virStreamRecvFlags', async () => {
      const answer = await library.virStreamRecvFlags.blocking(stream, buffer, buffer.length, STOP_AT_HOLE);
      return answer >= 0 || answer === AT_HOLE ? { length: answer } : undefined;
    });
    if (length === 0) return at;
    if (length === AT_HOLE) {
      const hole: Out<number> = [null];
      await call('virStreamRecvHole', () => library.virStreamRecvHole.blocking(stream, hole, 0));
      at += Number(hole[0]);
    } else {
      await file.write(buffer, 0, length, at);
      at += length;
    }
  }
}

async function withStream(
  { library, connection, call }: Transfer,
  work: (stream: StreamHandle) => Promise<void>,
): Promise<void> {
  const stream = await call('virStreamNew', () => library.virStreamNew.blocking(connection, 0));
  try {
    await work(stream);
    await call('virStreamFinish', () => library.virStreamFinish.blocking(stream));
  } catch (error) {
    await library.virStreamAbort.blocking(stream);
    throw error;
  } finally {
    library.virStreamFree(stream);
  }
}
