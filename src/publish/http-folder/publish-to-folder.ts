import { basename, join, resolve } from 'node:path';
import { checksumLine } from '../../artifact/checksum.ts';
import { digestFile } from '../../foundation/digest-file.ts';
import { hidesSomething } from '../../foundation/printable.ts';
import { quoteCommand } from '../../process/run-command.ts';
import { formatWord } from '../../qemu-img/disk-format.ts';
import type { ImageSource } from '../image-source.ts';
import { instanceInfo, instanceInfoArguments } from '../ironic/instance-info.ts';
import type { Publication, PublishContext } from '../publication.ts';
import type { PublishTarget } from '../publish-target.ts';
import { type SummedSource, summed } from '../summed-source.ts';
import { invalid, targetValues } from '../target-values.ts';
import { fillFolder } from './fill-folder.ts';
import { plannedFolder } from './planned-folder.ts';

/**
 * Puts an image into a folder that a web server serves: the image, its checksums for sha256sum and sha512sum, the manifest, and what Ironic's
 * `instance_info` has to say. Readers see the old image or the whole new one.
 * @throws what `fillFolder` throws; SpecError `options.invalid`
 */
export async function publishToFolder(
  image: ImageSource,
  target: PublishTarget,
  context: PublishContext,
): Promise<Publication> {
  if (target.where === '') throw invalid('to', 'takes a folder, not an empty word; for this one write `.`');
  const source = await summed(image, context.signal);
  const folder = resolve(context.cwd, target.where);
  const values = targetValues(target);
  const extension = /\.[^.]+$/.exec(basename(source.path))?.[0] ?? `.${formatWord(source.format)}`;
  const file = `${values.text('name') ?? source.name}${extension}`;
  requireFileName(file);
  const base = baseUrl(values.text('url'));
  const sha256 = source.sha256 ?? (await digestFile(source.path, 'sha256', context.signal));
  const address =
    base === undefined ? `file://${join(folder, file)}` : new URL(encodeURIComponent(file), base).href;
  const info = instanceInfo(source, { source: address, sha512: source.sha512 });
  const plan = { folder, file, source, address };
  const texts = [
    ['.sha256', checksumLine(sha256, file)],
    ['.sha512', checksumLine(source.sha512, file)],
    ['.instance-info.json', `${JSON.stringify(info, undefined, 2)}\n`],
    ...(source.manifest === undefined
      ? []
      : [['.manifest.json', `${JSON.stringify(source.manifest, undefined, 2)}\n`] as const]),
  ] as const;
  const files = { ...plan, texts };
  const toNode = quoteCommand('baremetal', ['node', 'set', 'NODE', ...instanceInfoArguments(info)]);
  if (context.dryRun) {
    const { isDone, notes, commands } = await plannedFolder(files, context.signal);
    const planned = publication(plan, isDone ? 'unchanged' : 'planned');
    return { ...planned, notes: [...planned.notes, ...notes], commands: [...commands, toNode] };
  }
  const done = publication(plan, await fillFolder(files, context));
  return { ...done, commands: [toNode] };
}

type Plan = {
  readonly folder: string;
  readonly file: string;
  readonly source: SummedSource;
  readonly address: string;
};

function publication({ folder, file, address, source }: Plan, action: Publication['action']): Publication {
  return {
    target: 'http',
    where: folder,
    action,
    name: file,
    url: address,
    notes: [
      `sha512 ${source.sha512}`,
      ...(action === 'planned' ? [] : [`instance_info: ${join(folder, `${file}.instance-info.json`)}`]),
    ],
    commands: [],
  };
}

/** So that the longest of the names beside it fits (255 bytes on Linux's file systems). */
const LONGEST_NAME = 200;

/** Readers of checksum files and of folders see one line, and all of it. */
function requireFileName(file: string): void {
  if (file.includes('/')) throw invalid('name', `is the name of a file and has no slash: "${file}".`);
  if (hidesSomething(file))
    throw invalid(
      'name',
      `is the name of a file and has no control or invisible characters: ${JSON.stringify(file)}.`,
    );
  if (file.startsWith('.')) throw invalid('name', `is the name of a file and begins with no dot: "${file}".`);
  if (Buffer.byteLength(file) > LONGEST_NAME)
    throw invalid(
      'name',
      `makes a file name of ${Buffer.byteLength(file)} bytes; ${LONGEST_NAME} is the most.`,
    );
}

function baseUrl(text: string | undefined): string | undefined {
  if (text === undefined) return undefined;
  return text.endsWith('/') ? text : `${text}/`;
}
