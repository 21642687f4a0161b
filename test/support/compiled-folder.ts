import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { TestProject } from 'vitest/node';

declare module 'vitest' {
  interface ProvidedContext {
    /** A folder of this run of vitest, for what several test files compile alike. */
    readonly compiledFolder: string;
  }
}

/** Vitest's global setup: once for all projects and files, before the first and after the last one. */
export default async function setup(project: TestProject): Promise<() => Promise<void>> {
  const folder = await mkdtemp(join(tmpdir(), 'kiln-compiled-once-'));
  project.provide('compiledFolder', folder);
  return () => rm(folder, { recursive: true, force: true });
}
