import { randomBytes } from 'node:crypto';
import type { LibraryHandle } from 'koffi';
import { openNativeLibrary } from '../libvirt/native.ts';

/** Debian and SUSE name it so; Fedora and its kin have the other, whose functions here are the same. */
const NAMES = ['libcrypt.so.1', 'libcrypt.so.2'];
/** What the functions take for their notes, and what a hash has at most (crypt.h: `struct crypt_data`, CRYPT_GENSALT_OUTPUT_SIZE). */
const DATA_BYTES = 32_768;
const SETTING_BYTES = 192;
const SALT_BYTES = 16;

/**
 * crypt(3) of a password with a new salt and the library's own cost, by the method that `prefix` names (crypt(5): `$y$` is yescrypt).
 * Undefined where this host's C library does not know it. The password goes to no other process.
 */
export function cryptPassword(password: string, prefix: string): string | undefined {
  const library = openLibcrypt();
  if (library === undefined) return undefined;
  const setting = newSetting(library, prefix);
  if (setting === undefined) return undefined;
  const crypt = library.func('char *crypt_rn(const char *phrase, const char *setting, void *data, int size)');
  const data = Buffer.alloc(DATA_BYTES);
  const hash = crypt(password, setting, data, data.length) as string | null;
  data.fill(0);
  return hash?.startsWith(prefix) ? hash : undefined;
}

function newSetting(library: LibraryHandle, prefix: string): string | undefined {
  const make = library.func(
    'char *crypt_gensalt_rn(const char *prefix, unsigned long count, const void *bytes, int size, void *output, int output_size)',
  );
  const output = Buffer.alloc(SETTING_BYTES);
  return (make(prefix, 0, randomBytes(SALT_BYTES), SALT_BYTES, output, output.length) ?? undefined) as
    | string
    | undefined;
}

/** glibc's own, before libxcrypt took its place, has neither function nor method. */
function openLibcrypt(): LibraryHandle | undefined {
  for (const name of NAMES) {
    try {
      const library = openNativeLibrary(name);
      library.func('char *crypt_gensalt_rn(const char *, unsigned long, const void *, int, void *, int)');
      return library;
    } catch {
      // Not installed, or not libxcrypt: the caller has another way.
    }
  }
  return undefined;
}
