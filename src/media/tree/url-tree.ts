import { joinUrl, publicUrl } from '../../foundation/public-url.ts';
import type { Downloader } from '../download.ts';
import { isWebPage, PAGE_START } from '../web-page.ts';
import type { MediaTree } from './media-tree.ts';

/** Read of every tree, so that it shows how a server answers for what it does not have. */
const ANY_TEXT = '.treeinfo';

/**
 * An install tree on a web or FTP server. Nothing is listed there, so every file is asked for by name. A page in the place of a file counts
 * as missing.
 */
export function urlTree(base: string, downloader: Downloader): MediaTree {
  const texts = new Map<string, Promise<string | undefined>>();
  const answer = (path: string): Promise<string | undefined> => {
    const text = texts.get(path) ?? downloader.readText(joinUrl(base, path));
    texts.set(path, text);
    return text;
  };
  const pageInstead = async (): Promise<string | undefined> => {
    const text = await answer(ANY_TEXT);
    return text !== undefined && isWebPage(text) ? text.trim().split('\n', 1)[0] : undefined;
  };
  const isPage = async (url: string): Promise<boolean> =>
    isWebPage((await downloader.readStart(url, PAGE_START)).toString());
  return {
    name: publicUrl(base),
    volumeLabel: undefined,
    boots: { bios: false, uefi: false },
    fromServer: true,
    exists: async (path) => {
      const url = joinUrl(base, path);
      if (!(await downloader.exists(url))) return false;
      return (await pageInstead()) === undefined || !(await isPage(url));
    },
    pageInstead,
    readText: async (path) => {
      const text = await answer(path);
      return text === undefined || isWebPage(text) ? undefined : text;
    },
    copy: (path, target) => downloader.download(joinUrl(base, path), target),
    list: async () => [],
  };
}
