/** An entry besides the distributions: of the user's folder, or an unattended install of a VM template. */
export type ExtraEntry = {
  readonly key: string;
  readonly title: string;
  readonly action:
    | {
        readonly kind: 'linux';
        readonly kernel: string;
        readonly initrds: readonly string[];
        readonly arguments: readonly string[];
      }
    /** A script of somebody else. */
    | { readonly kind: 'chain'; readonly url: string }
    /** Another menu of the user's folder. */
    | { readonly kind: 'menu'; readonly name: string }
    /** An ISO or disk image, booted as a drive (BIOS). */
    | { readonly kind: 'sanboot'; readonly url: string }
    /** One of the generated distributions with its choices made. */
    | {
        readonly kind: 'install';
        readonly system: string;
        readonly release: string;
        readonly script: string;
      };
};

export type ExtraAction<Kind extends ExtraEntry['action']['kind']> = Extract<
  ExtraEntry['action'],
  { readonly kind: Kind }
>;

export type ExtraMenu = {
  /** The `.yaml` file it was read from. */
  readonly source: string;
  /** File name without `.ipxe`. */
  readonly name: string;
  readonly title: string;
  readonly entries: readonly ExtraEntry[];
};

export type MenuOptions = {
  /** Where the menus will be served, with a slash at its end. */
  readonly url: string;
  readonly title: string;
  readonly version: string;
  /** What is chosen when nobody does. */
  readonly defaultEntry: string;
  readonly timeoutSeconds: number;
  /** By system id; `<url>mirror/<id>` where none is named. */
  readonly mirrors: Readonly<Record<string, string>>;
  /** Install scripts by system id, for the `auto` variants. */
  readonly scripts: Readonly<Record<string, string>>;
  /** The user's own menus; the first is linked from the main menu. */
  readonly custom: readonly ExtraMenu[];
  /** Unattended installs of VM templates. */
  readonly templates: readonly ExtraEntry[];
  /** Scripts of single machines, by file name: `MAC-525400123456`, `HOSTNAME-web1`. */
  readonly hosts: readonly string[];
  /** A `.sig` lies beside each script. */
  readonly signed: boolean;
};

export type MenuFile = { readonly path: string; readonly text: string };
