import { randomInt } from 'node:crypto';
import { chmod, readFile } from 'node:fs/promises';
import { join, resolve } from 'node:path';
import { SpecError } from '../../foundation/errors.ts';
import { writeFile } from '../../foundation/write-file.ts';
import { createSeedIso } from '../../seed/create-seed-iso.ts';
import { type NoCloudAnswers, noCloudSeed } from '../../seed/no-cloud-seed.ts';
import { given, type OptionUse, switchOf } from '../../virt-install/virt-install-options.ts';
import type { BuildDirectory } from '../build-directory.ts';
import type { Journal } from '../journal.ts';

/** `--cloud-init`, with its files as absolute paths by sub-option. */
export type CloudInitRequest = {
  readonly generatePassword: boolean;
  readonly disable: boolean;
  readonly files: Readonly<Partial<Record<FileOption, string>>>;
};

/** Sub-options that name files. */
export const CLOUD_INIT_FILES = [
  ...(['root-password-file', 'root-ssh-key', 'clouduser-ssh-key'] as const),
  ...(['user-data', 'meta-data', 'network-config'] as const),
] as const;
type FileOption = (typeof CLOUD_INIT_FILES)[number];

/** Alone it means what virt-install means by it: a generated password, and cloud-init off afterwards. */
export function cloudInitRequest(use: OptionUse, cwd: string): CloudInitRequest {
  const isBare = Object.keys(use.values).length === 0;
  const files = CLOUD_INIT_FILES.flatMap((name) => {
    const path = given(use, name);
    return path === undefined ? [] : [[name, resolve(cwd, path)] as const];
  });
  return {
    generatePassword: switchOf(use, 'root-password-generate') ?? isBare,
    disable: switchOf(use, 'disable') ?? isBare,
    files: Object.fromEntries(files),
  };
}

export type CloudInitPlace = {
  readonly seed: string;
  readonly instanceId: string;
  readonly directory: BuildDirectory;
  readonly journal: Journal;
};

/**
 * Writes the NoCloud ISO; a generated password goes into a file that the user alone can read.
 * @returns root's password, and that file
 * @throws SpecError `spec.invalid` for a file that cannot be read
 */
export async function makeCloudInitSeed(
  request: CloudInitRequest,
  { seed, instanceId, directory, journal }: CloudInitPlace,
): Promise<{ readonly password: string | undefined; readonly passwordFile: string | undefined }> {
  const text = async (name: FileOption): Promise<string | undefined> => readAnswer(name, request.files[name]);
  const line = async (name: FileOption): Promise<string | undefined> => (await text(name))?.split(/\r?\n/)[0];
  const fromFile = await line('root-password-file');
  const generated = fromFile === undefined && request.generatePassword ? newPassword() : undefined;
  const password = fromFile ?? generated;
  const answers = {
    instanceId,
    disable: request.disable,
    rootPassword: password === undefined ? undefined : { text: password, expires: request.generatePassword },
    rootSshKey: await line('root-ssh-key'),
    userSshKey: await line('clouduser-ssh-key'),
    userData: await text('user-data'),
    metaData: await text('meta-data'),
    networkConfig: await text('network-config'),
  };
  journal.note({ kind: 'path', path: seed });
  await createSeedIso(noCloudSeed(withoutUndefined(answers)), seed);
  await chmod(seed, 0o600);
  if (generated === undefined || answers.userData !== undefined) return { password, passwordFile: undefined };
  const passwordFile = join(directory.root, 'root-password.txt');
  journal.note({ kind: 'path', path: passwordFile });
  await writeFile(passwordFile, `${generated}\n`, { mode: 0o600 });
  return { password, passwordFile };
}

async function readAnswer(name: FileOption, path: string | undefined): Promise<string | undefined> {
  if (path === undefined) return undefined;
  try {
    return await readFile(path, 'utf8');
  } catch (cause) {
    const message = `--cloud-init ${name}=${path}: the file cannot be read.`;
    throw new SpecError('spec.invalid', message, { cause });
  }
}

type WithUndefined<T> = { readonly [K in keyof T]: T[K] | undefined };

function withoutUndefined(answers: WithUndefined<NoCloudAnswers>): NoCloudAnswers {
  // What is required in the type is never undefined above.
  return Object.fromEntries(
    Object.entries(answers).filter(([, value]) => value !== undefined),
  ) as NoCloudAnswers;
}

const LETTERS = 'ABCDEFGHJKLMNPQRSTUVWXYZabcdefghijkmnopqrstuvwxyz23456789';

/** Without letters that look alike: it is typed at a console. */
const newPassword = (): string =>
  Array.from({ length: 16 }, () => LETTERS.charAt(randomInt(LETTERS.length))).join('');
