import { withFileReader } from '../../src/disk/disk-reader.ts';
import { readTextFile } from '../../src/disk/file-tree.ts';
import { readPartitionTable } from '../../src/disk/partition-table.ts';
import { openVolumes } from '../../src/disk/volume.ts';

/** A text file of a raw disk image's first file system that has it. */
export function textIn(disk: string, path: string): Promise<string | undefined> {
  return withFileReader(disk, async (reader) => {
    for (const { tree } of await openVolumes(reader, await readPartitionTable(reader))) {
      const text = tree && (await readTextFile(tree, path));
      if (text !== undefined) return text;
    }
    return undefined;
  });
}
