import type { LibvirtConnection } from '../libvirt/libvirt.ts';

/** What storage has to know of the machine it works on. */
export type StorageHost = {
  readonly connection: LibvirtConnection;
  /** The connection's hypervisor runs elsewhere: its paths cannot be looked at from here. */
  readonly isRemote: boolean;
  readonly cwd: string;
  /** Where pool `default` would be: /var/lib/libvirt/images or the session's own. */
  readonly defaultTarget: string;
  /** What lies at a path of this machine. */
  readonly look: (path: string) => Promise<LocalPath>;
  /** The same for all names of one disk, and the path itself where nobody can tell. */
  readonly identify: (path: string) => Promise<string>;
  /** Of the file system that has, or would have, a path of this machine. */
  readonly roomAt: (path: string) => Promise<Room>;
};

/** A file system as what is to be made sees it. */
export type Room = {
  /** The same for all paths on it. */
  readonly id: string;
  readonly freeBytes: number;
  /** Why nothing can be made there: `is on a read-only file system`. */
  readonly refusal?: string;
};

export type LocalPath =
  /** `target`: a symbolic link is there, and leads to this place, where nothing is. */
  | { readonly kind: 'absent'; readonly target?: string }
  | { readonly kind: 'block' | 'dir' }
  /** `what`: `a pipe`, `a device`. */
  | { readonly kind: 'other'; readonly what: string }
  /** `format` as the file's own header tells. */
  | { readonly kind: 'file'; readonly format: string };
