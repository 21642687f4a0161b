/**
 * xterm.js makes style elements of its own. Each gets the nonce that the server put into this page, so that the Content-Security-Policy
 * can go on refusing every other one.
 */
export function giveStylesTheNonce() {
  const nonce = document.querySelector('meta[name="style-nonce"]')?.getAttribute('content') ?? '';
  const create = document.createElement.bind(document);
  /** @type {(name: string, options?: ElementCreationOptions) => HTMLElement} */
  const withNonce = (name, options) => {
    const element = create(name, options);
    if (element instanceof HTMLStyleElement) element.nonce = nonce;
    return element;
  };
  Object.assign(document, { createElement: withNonce });
}
