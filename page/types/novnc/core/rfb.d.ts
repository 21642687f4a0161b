/** What the page uses of noVNC (docs/API.md of the package), which brings no types. */
export default class RFB extends EventTarget {
  constructor(target: HTMLElement, channel: WebSocket, options?: { readonly shared?: boolean });
  viewOnly: boolean;
  scaleViewport: boolean;
  disconnect(): void;
}
