/** A file handed to the installer. */
export type SeedFile = {
  /** Path below the root of the initrd or the seed medium, without a leading slash. */
  readonly name: string;
  readonly content: string | Uint8Array;
  /** Permission bits in an initrd; readable by root alone when left out. */
  readonly mode?: number;
};
