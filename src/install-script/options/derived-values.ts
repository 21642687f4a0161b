import { assertNever } from '../../foundation/assert-never.ts';
import type { InstallScriptKind } from '../../spec/build-spec.ts';
import type { ScriptSite } from '../marker.ts';
import { autoinstallFragments } from './autoinstall-fragments.ts';
import { autoyastFragments } from './autoyast-fragments.ts';
import { type CommonValues, commonValues } from './common-options.ts';
import { kickstartFragments } from './kickstart-fragments.ts';
import { preseedFragments } from './preseed-fragments.ts';
import { accessCommand, aptSourceCommand, bootMenuCommand, cleanCommand } from './target-commands.ts';

/**
 * Placeholders that Kiln makes of common options, in the words of the script's grammar, and the options they are made of. Users cannot
 * give them.
 */
export const DERIVED_PLACEHOLDERS: ReadonlyMap<string, readonly string[]> = new Map([
  ['access_command', ['user', 'ssh_keys']],
  ['apt_source_command', ['mirror']],
  ['boot_menu_command', []],
  ['clean_command', []],
  ['language', ['locale']],
  ['locale_lines', ['locale']],
  ['disk_device', []],
  ['disk_lines', ['disk_layout']],
  ['storage_value', ['disk_layout']],
  ['drive_elements', ['disk_layout']],
  ['package_lines', ['packages']],
  ['package_items', ['packages']],
  ['package_elements', ['packages']],
  ['source_lines', ['mirror', 'proxy']],
  ['mirror_lines', ['mirror']],
  ['apt_value', ['mirror']],
  ['proxy_value', ['proxy']],
  ['repository_elements', ['mirror']],
  ['proxy_elements', ['proxy']],
]);

export type DerivedFrom = ScriptSite & {
  readonly variables: Readonly<Record<string, string>>;
  readonly os?: string | undefined;
  /** The guest's disk, without `/dev/`. */
  readonly disk?: string | undefined;
  /** Address of the install tree the build starts from, where it is one of the web. */
  readonly tree?: string | undefined;
};

export function derivedValues({
  kind,
  media,
  variables,
  os,
  tree,
  disk = 'vda',
}: DerivedFrom): ReadonlyMap<string, string> {
  const values = commonValues(variables);
  return new Map([
    ['access_command', accessCommand({ kind, media }, values)],
    ['clean_command', cleanCommand({ kind, media })],
    ['language', values.locale.replace(/[.@].*$/, '')],
    ['disk_device', `/dev/${disk}`],
    ...fragments(kind, values, { os, tree, device: `/dev/${disk}` }),
  ]);
}

function fragments(
  kind: InstallScriptKind,
  values: CommonValues,
  { os, tree, device }: Pick<DerivedFrom, 'os' | 'tree'> & { readonly device: string },
): ReadonlyMap<string, string> {
  switch (kind) {
    case 'kickstart':
      return new Map([...kickstartFragments(values, { os, tree }), ...bootMenu(kind)]);
    case 'preseed':
      return new Map([
        ...preseedFragments(values),
        ...bootMenu(kind),
        ['apt_source_command', aptSourceCommand({ kind }, values)],
      ]);
    case 'autoinstall':
      return autoinstallFragments(values);
    case 'autoyast':
      return autoyastFragments(values, device);
    case 'user-script':
      return new Map();
    default:
      return assertNever(kind);
  }
}

/** For the installers that leave GRUB so that it needs the command. */
const bootMenu = (kind: InstallScriptKind): ReadonlyMap<string, string> =>
  new Map([['boot_menu_command', bootMenuCommand({ kind })]]);
