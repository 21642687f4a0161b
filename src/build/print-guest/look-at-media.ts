import { basename, join, resolve } from 'node:path';
import type { MediaInspection } from '../../media/inspect-media.ts';
import type { OsFacts } from '../../osinfo/os-facts.ts';
import type { BootFiles } from '../../virt-install/guest/guest-facts.ts';
import type { InstallMethod } from '../../virt-install/install-method.ts';
import { requestedOs } from '../../virt-install/requested-os.ts';
import { hasFlag, type VirtInstallOptions } from '../../virt-install/virt-install-options.ts';
import type { BuildContext } from '../build-context.ts';

/** Media are looked at only when they decide something: the system, or what the kernel is told. */
export async function lookAtMedia(
  options: VirtInstallOptions,
  { cdrom, location }: InstallMethod,
  context: BuildContext,
): Promise<MediaInspection | undefined> {
  const { detect } = requestedOs(options);
  const from = location?.from ?? (detect ? cdrom : undefined);
  if (from === undefined) return undefined;
  const { inspectMedia } = await import('../../media/inspect-media.ts');
  const isUrl = /^[a-z]+:\/\//i.test(from);
  return inspectMedia(isUrl ? from : resolve(context.cwd, from), {
    cacheDir: context.places.cache,
    ...(hasFlag(options, 'offline') ? { offline: true } : {}),
    ...(context.signal === undefined ? {} : { signal: context.signal }),
    ...(context.logger === undefined ? {} : { logger: context.logger }),
  });
}

/** The build puts them there; printing the XML fetches nothing. */
export function bootFilesOf(
  method: InstallMethod,
  media: MediaInspection | undefined,
  os: OsFacts,
  { places }: Pick<BuildContext, 'places'>,
): BootFiles | undefined {
  const place = (path: string): string => join(places.cache, 'boot', basename(path));
  if (method.kind === 'kernel' && method.kernel !== undefined) {
    const { kernel, initrd } = method.kernel;
    return { kernel: place(kernel), initrd: place(initrd), arguments: [], needsNetwork: false };
  }
  const from = method.location?.from;
  if (from === undefined || media === undefined) return undefined;
  const file = (role: 'kernel' | 'initrd'): string => {
    const typed = role === 'kernel' ? method.location?.kernel : method.location?.initrd;
    const found = typed ?? media.bootFiles.find((one) => one.role === role)?.path ?? role;
    return place(found);
  };
  const isUrl = /^[a-z]+:\/\//i.test(from);
  const source = isUrl && os.sourceArgument !== undefined ? [`${os.sourceArgument}=${from}`] : [];
  return {
    kernel: file('kernel'),
    initrd: file('initrd'),
    arguments: source,
    ...(media.kind === 'iso' ? { iso: from } : {}),
    needsNetwork: media.kind === 'tree',
  };
}
