import { joinUrl, publicUrl } from '../../foundation/public-url.ts';
import type { Downloader } from '../download.ts';
import type { MediaTree } from './media-tree.ts';

/** An install tree on a web or FTP server. Nothing is listed there, so every file is asked for by name. */
export function urlTree(base: string, downloader: Downloader): MediaTree {
  return {
    name: publicUrl(base),
    volumeLabel: undefined,
    boots: { bios: false, uefi: false },
    fromServer: true,
    exists: (path) => downloader.exists(joinUrl(base, path)),
    readText: (path) => downloader.readText(joinUrl(base, path)),
    copy: (path, target) => downloader.download(joinUrl(base, path), target),
    list: async () => [],
  };
}
