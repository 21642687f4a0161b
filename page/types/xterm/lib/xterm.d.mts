/** The page loads the package's own bundle from its server; its types are the package's. */
export { Terminal } from '@xterm/xterm';
