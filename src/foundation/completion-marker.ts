/** What an install script prints on the console as its last act, followed by a blank and the build's token. */
export const MARKER_WORD = 'KILN-INSTALL-COMPLETE';

/** Where the token lies in the installed system. */
export const MARKER_FILE = '/var/lib/kiln/installed';
