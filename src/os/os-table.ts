import { join } from 'node:path';
import { readOsTable } from './read-os-table.ts';

export type { CpuQuirk, OperatingSystem } from './operating-system.ts';

/** Seen from `src/os` as from `dist/os`. Adding a distribution is a file there, a template, an install script and a console fixture. */
const TABLE = readOsTable(join(import.meta.dirname, '..', '..', 'os-table'));

/** Systems, then the rows that stand for releases not listed. */
export const OPERATING_SYSTEMS = TABLE.systems;
export const DISTRIBUTIONS = TABLE.distributions;
