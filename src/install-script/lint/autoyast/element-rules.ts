import { nearestWord } from '../../../foundation/nearest-word.ts';
import type { PlacedXmlNode } from '../../../foundation/parse-xml.ts';
import { allNodes } from '../../../foundation/xml-node.ts';
import type { Hit, LintRule, ScriptOf } from '../lint-rule.ts';
import { typeOf } from './profile-rules.ts';

type Rule = LintRule<ScriptOf<'autoyast'>>;

/** Elements that hold a list, below the element of the first word (yast-autoinstallation, autoyast-rnc). */
const LISTS: ReadonlyMap<string, readonly string[]> = new Map(
  Object.entries({
    profile: 'partitioning users groups files',
    'add-on': 'add_on_products add_on_others',
    dns: 'nameservers searchlist',
    drive: 'partitions skip_list',
    networking: 'interfaces',
    partition: 'subvolumes',
    routing: 'routes',
    scripts: 'pre-scripts postpartitioning-scripts chroot-scripts post-scripts init-scripts',
    services: 'enable disable',
    software:
      'packages patterns products remove-packages remove-patterns remove-products post-packages post-patterns',
    user: 'authorized_keys',
  }).map(([parent, names]) => [parent, names.split(' ')]),
);

/** What stands in these elements (the same, and yast-users); others look like slips of the pen where they are close to one of them. */
const CHILDREN: ReadonlyMap<string, readonly string[]> = new Map(
  Object.entries({
    general:
      'mode ask-list semi-automatic minimal-configuration signature-handling self_update self_update_url proposals storage wait cio_ignore',
    mode:
      'activate_systemd_default_target confirm confirm_base_product_license final_halt final_reboot final_restart_services ' +
      'forceboot halt max_systemd_wait ntp_sync_time_before_installation second_stage',
    scripts: LISTS.get('scripts')?.join(' ') ?? '',
    software: `do_online_update install_recommended instsource kernel ${LISTS.get('software')?.join(' ')}`,
    drive:
      'device initialize is_lvm_vg lvm2 keep_unknown_lv pesize type use imsmdriver disklabel enable_snapshots partitions skip_list ' +
      'raid_options bcache_options btrfs_options',
    partition:
      'create crypt crypt_fs crypt_method crypt_key crypt_pbkdf crypt_label crypt_cipher crypt_key_size filesystem format fs_options ' +
      'fstopt label uuid loop_fs lv_name lvm_group mkfs_options mount mountby filesystem_id partition_id partition_nr partition_type ' +
      'resize raid_type region size stripes stripesize pool used_pool subvolumes_prefix device_order raid_name raid_options ' +
      'subvolumes create_subvolumes bcache_backing_for bcache_caching_for btrfs_name quotas',
    user:
      'username fullname user_password encrypted uid gid group groups home home_btrfs_subvolume shell password_settings forename ' +
      'surname authorized_keys',
  }).map(([parent, names]) => [parent, names.split(' ')]),
);

const pairs = (
  root: PlacedXmlNode | undefined,
): readonly { readonly parent: PlacedXmlNode; readonly child: PlacedXmlNode }[] =>
  allNodes(root).flatMap((parent) => parent.children.map((child) => ({ parent, child })));

const untypedList: Rule = {
  id: 'autoyast.untyped-list',
  severity: 'warning',
  about: 'a list without its type, which YaST takes for something else',
  check: ({ document: { root } }) =>
    pairs(root)
      .filter(
        ({ parent, child }) => LISTS.get(parent.name)?.includes(child.name) && child.children.length > 0,
      )
      .filter(({ child }) => typeOf(child) !== 'list')
      .map(
        ({ child: { name, line } }): Hit => ({
          line,
          message: `<${name}> is a list and does not say so, and YaST does not read it as one`,
          fix: `write: <${name} config:type="list">`,
        }),
      ),
};

const mistypedElement: Rule = {
  id: 'autoyast.mistyped-element',
  severity: 'warning',
  about: 'an element that looks like a mistyped one and is ignored',
  check: ({ document: { root } }) =>
    pairs(root).flatMap(({ parent, child: { name, line } }): Hit[] => {
      const known = CHILDREN.get(parent.name) ?? [];
      const near = known.length === 0 || known.includes(name) ? undefined : nearestWord(name, known);
      if (near === undefined) return [];
      const message = `<${parent.name}> has no element <${name}>, so YaST ignores it`;
      return [{ line, message, fix: `write <${near}>` }];
    }),
};

export const ELEMENT_RULES: readonly Rule[] = [untypedList, mistypedElement];
