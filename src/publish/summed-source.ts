import { digestFile } from '../foundation/digest-file.ts';
import type { ImageSource } from './image-source.ts';

export type SummedSource = ImageSource & { readonly sha512: string };

/** The image with its SHA-512, for which the whole file is read unless the manifest has it. @throws CancelledError */
export async function summed(source: ImageSource, signal: AbortSignal): Promise<SummedSource> {
  return { ...source, sha512: source.sha512 ?? (await digestFile(source.path, 'sha512', signal)) };
}
