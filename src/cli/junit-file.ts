import { basename, dirname, join } from 'node:path';
import type { BuildEvent } from '../build/build-events.ts';
import { outputFile } from '../foundation/output-file.ts';
import { replaceFile } from '../foundation/replace-file.ts';
import { asKilnError } from '../foundation/system-error.ts';

import type { CliIo } from './cli-io.ts';
import { junitReport } from './junit-report.ts';
import { outputPath } from './output-option.ts';

/** `--junit FILE`: what the events tell, whole when the build is over, however it ended. */
export type JunitFile = {
  show(event: BuildEvent): void;
  /** @throws HostError when the file cannot be written */
  write(): Promise<void>;
};

const NO_FILE: JunitFile = { show: () => undefined, write: async () => undefined };

/**
 * Writes a first report at once, of a build that did not finish: a path that cannot be used is told before the long wait, and a Kiln that is
 * killed leaves no good news. With every stage that begins or ends it is written again, so that it has what was done by then.
 * @throws SpecError `options.invalid`, `output.not-a-file`; HostError
 */
export async function openJunitFile(
  file: string | undefined,
  { cwd }: Pick<CliIo, 'cwd'>,
): Promise<JunitFile> {
  if (file === undefined) return NO_FILE;
  const path = await outputFile(outputPath('--junit', file, cwd)).catch(asKiln);
  const report = junitReport(Date.now());
  let written: Promise<void> = Promise.resolve();
  let waits = false;
  const write = (): Promise<void> => {
    // One after the other, also where the one before could not be written: the last tells whether it can.
    written = written
      .catch(() => undefined)
      .then(() => {
        waits = false;
        return replaceFile(path, report.text(), draftOf(path)).catch(asKiln);
      });
    return written;
  };
  const writeSoon = (): void => {
    if (waits) return;
    waits = true;
    write().catch(() => undefined);
  };
  await write();
  return {
    show: (event) => {
      report.show(event);
      if (event.type === 'stage-started' || event.type === 'stage-finished') writeSoon();
    },
    write,
  };
}

/** Whether a build would write its report there. @throws as `openJunitFile` */
export async function checkJunitFile(file: string | undefined, { cwd }: Pick<CliIo, 'cwd'>): Promise<void> {
  if (file !== undefined) await outputFile(outputPath('--junit', file, cwd)).catch(asKiln);
}

/** One name for all drafts: the reports of killed builds do not pile up. */
const draftOf = (path: string): string => join(dirname(path), `.kiln-${basename(path)}.partial`);

function asKiln(error: unknown): never {
  throw asKilnError(error);
}
