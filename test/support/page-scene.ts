import { appendFileSync, mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { buildDirectory } from '../../src/build/build-directory.ts';
import type { BuildEvent } from '../../src/build/build-events.ts';
import { type BuildRecord, writeRecord } from '../../src/build/build-records.ts';
import { eventLogPath } from '../../src/build/event-log.ts';
import type { OpenGuest } from '../../src/build/open-guest.ts';
import { SpecError } from '../../src/foundation/errors.ts';
import { silentLogger } from '../../src/foundation/logger.ts';
import { ownIdentity } from '../../src/foundation/process-identity.ts';
import type { PageHost } from '../../src/serve/page-host.ts';
import { PROJECT_DIR } from './build-sandbox.ts';

/** Builds as they lie on disk, without any guest: what the page's server reads. */
export type PageScene = {
  readonly folder: string;
  readonly host: PageHost;
  /** Writes the record of a build; `running` ones belong to this process. */
  build(record: Partial<BuildRecord> & { readonly id: string }): Promise<BuildRecord>;
  tell(id: string, ...events: readonly BuildEvent[]): void;
  /** Adds to what its guest says. */
  say(build: BuildRecord, text: string | Uint8Array): void;
  /** A file of its log folder. */
  leave(build: BuildRecord, name: string, content: string | Uint8Array): void;
  remove(): void;
};

export function pageScene(openGuest?: (id: string) => Promise<OpenGuest>): PageScene {
  const folder = mkdtempSync(join(tmpdir(), 'kiln-scene-'));
  const stateDir = join(folder, 'state');
  const logOf = ({ directory, id }: BuildRecord) => buildDirectory(directory, id);
  return {
    folder,
    host: {
      stateDir,
      projectDir: PROJECT_DIR,
      about: ['a test'],
      openGuest:
        openGuest ?? ((id) => Promise.reject(new SpecError('builds.no-guest', `No guest of build ${id}.`))),
      resume: (id) => Promise.reject(new SpecError('builds.not-resumable', `Build ${id}.`)),
      logger: silentLogger,
    },
    build: async (changes) => {
      const directory = join(folder, changes.id);
      const record: BuildRecord = {
        name: 'web',
        directory,
        status: 'running',
        process: ownIdentity(),
        startedAt: '2026-01-01T00:00:00.000Z',
        images: [],
        kept: false,
        unclean: false,
        ...changes,
      };
      mkdirSync(join(directory, 'logs'), { recursive: true });
      await writeRecord(stateDir, record);
      return record;
    },
    tell: (id, ...events) =>
      appendFileSync(
        eventLogPath(stateDir, id),
        events.map((event) => `${JSON.stringify(event)}\n`).join(''),
      ),
    say: (build, text) => appendFileSync(logOf(build).serialLog, text),
    leave: (build, name, content) => writeFileSync(join(logOf(build).logs, name), content),
    remove: () => rmSync(folder, { recursive: true, force: true }),
  };
}
