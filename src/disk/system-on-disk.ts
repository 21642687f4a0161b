import { checkOperatingSystem } from './check-operating-system.ts';
import { withFileReader } from './disk-reader.ts';
import type { OperatingSystem } from './disk-report.ts';
import { readPartitionTable } from './partition-table.ts';
import { openVolumes } from './volume.ts';

/**
 * The system on a raw disk, as it describes itself; undefined where Kiln finds none. Nothing is checked, `verifyDisk` does that.
 * @throws DiskError `disk.not-found`, `disk.unreadable`
 */
export async function systemOnDisk(rawPath: string): Promise<OperatingSystem | undefined> {
  return withFileReader(rawPath, async (disk) => {
    const { os } = await checkOperatingSystem(await openVolumes(disk, await readPartitionTable(disk)));
    return os;
  });
}
