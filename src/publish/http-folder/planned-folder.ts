import { lstat, stat } from 'node:fs/promises';
import { join } from 'node:path';
import { quoteCommand } from '../../process/run-command.ts';
import { hasContent, holds, requireFiles, type ServedFiles } from './served-files.ts';

export type PlannedFolder = {
  readonly isDone: boolean;
  readonly notes: readonly string[];
  readonly commands: readonly string[];
};

const SUMS: Readonly<Record<string, string>> = { '.sha256': 'sha256sum', '.sha512': 'sha512sum' };

/**
 * Looks at the folder as a publication does, and says what that would do.
 * @throws what `requireFiles` throws; the file system's error for a folder that cannot be one
 */
export async function plannedFolder(files: ServedFiles, signal: AbortSignal): Promise<PlannedFolder> {
  const { folder, file, source, texts } = files;
  const isMissing = (await isThere(folder, stat)) === false;
  if (!isMissing) await requireFiles(files);
  const coming = [
    ...((await hasContent(join(folder, file), source, signal)) ? [] : ['']),
    ...(await lacking(files)),
  ];
  const notes = await Promise.all(
    coming.map(async (suffix) => {
      const what = (await isThere(join(folder, file + suffix), lstat)) ? 'replaced' : 'written';
      return `${file}${suffix} would be ${what}`;
    }),
  );
  const written = texts.filter(([suffix]) => coming.includes(suffix));
  return {
    isDone: coming.length === 0,
    notes,
    commands: [
      ...(isMissing ? [quoteCommand('mkdir', ['-p', folder])] : []),
      ...(coming.includes('') ? [quoteCommand('cp', [source.path, join(folder, file)])] : []),
      ...written.map(([suffix, text]) => textCommand(files, suffix, text)),
    ],
  };
}

/** On one line, whatever the text has. */
function textCommand({ folder, file }: ServedFiles, suffix: string, text: string): string {
  const program = SUMS[suffix];
  if (program !== undefined) {
    const [name, out] = [file, file + suffix].map((word) => quoteCommand(word, []));
    return `(${quoteCommand('cd', [folder])} && ${program} ${name} > ${out})`;
  }
  const lines = text.replace(/\n$/, '').split('\n');
  return `${quoteCommand('printf', ['%s\\n', ...lines])} > ${quoteCommand(join(folder, file + suffix), [])}`;
}

async function lacking({ folder, file, texts }: ServedFiles): Promise<readonly string[]> {
  const found: string[] = [];
  for (const [suffix, text] of texts)
    if (!(await holds(join(folder, file + suffix), text))) found.push(suffix);
  return found;
}

async function isThere(path: string, look: (path: string) => Promise<unknown>): Promise<boolean> {
  return look(path).then(
    () => true,
    (error: NodeJS.ErrnoException) => {
      if (error.code === 'ENOENT') return false;
      throw error;
    },
  );
}
