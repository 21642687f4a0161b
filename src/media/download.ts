import type { Downloader, DownloadOptions } from './downloader.ts';
import { openHttpDownloader } from './http/http-downloader.ts';

export type { Downloader, DownloadOptions } from './downloader.ts';

/** HTTP, HTTPS and FTP; what FTP needs is loaded with its first URL. */
export function openDownloader(options: DownloadOptions): Downloader {
  const http = openHttpDownloader(options);
  let ftp: Promise<Downloader> | undefined;
  const of = async (url: string): Promise<Downloader> => {
    if (!/^ftp:/i.test(url)) return http;
    ftp ??= import('./ftp/ftp-downloader.ts').then(({ openFtpDownloader }) => openFtpDownloader(options));
    return ftp;
  };
  return {
    exists: async (url) => (await of(url)).exists(url),
    readText: async (url) => (await of(url)).readText(url),
    readSmall: async (url, limit) => (await of(url)).readSmall(url, limit),
    readStart: async (url, limit) => (await of(url)).readStart(url, limit),
    download: async (url, target) => (await of(url)).download(url, target),
    identity: async (url) => (await of(url)).identity(url),
    openBytes: async (url) => (await of(url)).openBytes(url),
  };
}
