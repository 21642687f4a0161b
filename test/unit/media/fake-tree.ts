import type { MediaTree } from '../../../src/media/tree/media-tree.ts';

/** Media in memory: file contents by path. */
export function fakeTree(
  files: Readonly<Record<string, string>>,
  options: { readonly volumeLabel?: string } = {},
): MediaTree {
  return {
    name: 'fake.iso',
    volumeLabel: options.volumeLabel,
    boots: { bios: true, uefi: false },
    fromServer: false,
    exists: async (path) => path in files,
    readText: async (path) => files[path],
    copy: async () => {},
    list: async (path) =>
      Object.keys(files)
        .filter((name) => name.startsWith(`${path}/`))
        .map((name) => name.slice(path.length + 1).split('/', 1)[0] ?? ''),
  };
}
