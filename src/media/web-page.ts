/** Enough to tell a page from any other file. */
export const PAGE_START = 512;

/** Whether a text begins as a web page does: some servers send one, and say that all is well, where they have no file. */
export const isWebPage = (text: string): boolean =>
  /^\s*(?:<\?xml[^>]*>\s*|<!--[^>]*-->\s*)*<(?:!doctype html|html|head|body)\b/i.test(
    text.slice(0, PAGE_START),
  );
