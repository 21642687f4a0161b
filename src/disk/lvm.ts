import type { DiskReader } from './disk-reader.ts';

export type LogicalVolume = { readonly name: string; readonly reader: DiskReader };

export async function readLogicalVolumes(
  _physical: readonly DiskReader[],
): Promise<readonly LogicalVolume[]> {
  return [];
}
