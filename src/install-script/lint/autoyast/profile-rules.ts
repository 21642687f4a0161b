import { suggestion } from '../../../foundation/nearest-word.ts';
import type { PlacedXmlNode } from '../../../foundation/parse-xml.ts';
import { allNodes, childrenOf, nodeAt } from '../../../foundation/xml-node.ts';
import { autoyastPasswords } from '../../clear-passwords.ts';
import { lineOf } from '../../edit/text-edits.ts';
import { otherDisk } from '../disk-name.ts';
import type { Hit, LintRule, ScriptOf } from '../lint-rule.ts';
import { MISSING } from '../lint-rule.ts';
import { isPlaceholder, standsForPassword } from '../lint-target.ts';

type Script = ScriptOf<'autoyast'>;
type Rule = LintRule<Script>;

const syntax: Rule = {
  id: 'autoyast.syntax',
  severity: 'error',
  about: 'a text that is not well-formed XML',
  // What follows the first error is mostly its echo.
  check: ({ text, document }) => {
    const declarations = /^[^[]*?<!DOCTYPE[^>[]*\[/.exec(text);
    if (declarations !== null) {
      const message = 'declarations in the document type (entities) are not taken';
      const fix =
        'remove what stands in brackets behind <!DOCTYPE profile, and write the values in their places';
      return [{ line: lineOf(text, declarations[0].length - 1), message, fix }];
    }
    return document.errors
      .slice(0, 1)
      .map(({ line, message }) => ({ line, message: `not XML: ${message}`, fix: 'correct the line' }));
  },
};

const YAST = 'http://www.suse.com/1.0/yast2ns';
const CONFIG = 'http://www.suse.com/1.0/configns';

const namespace: Rule = {
  id: 'autoyast.namespace',
  severity: 'error',
  about: "the profile does not name YaST's namespaces, so YaST reads nothing",
  check: ({ document: { root } }) => {
    if (
      root === undefined ||
      (root.attributes.get('xmlns') === YAST && root.attributes.get('xmlns:config') === CONFIG)
    )
      return [];
    const message = "the profile lacks YaST's namespaces";
    return [{ line: root.line, message, fix: `write: <profile xmlns="${YAST}" xmlns:config="${CONFIG}">` }];
  },
};

/** Sections of a profile (AutoYaST guide of SLES 15). */
const SECTIONS = (
  'add-on audit-laf auth-client bootloader ca_mgm classes configuration_management deploy_image dhcp-server dns-server fcoe-client ' +
  'files firewall firstboot ftp-server general groups host http-server iscsi-client kdump keyboard language login_settings mail ' +
  'networking nfs nfs_server nis nis_server ntp-client partitioning partitioning_advanced printer products proxy report rules ' +
  'runlevel samba-client samba-server scripts security services-manager software sound squid ssh_import sshd suse_register ' +
  'sysconfig tftp-server timezone upgrade user_defaults users'
).split(' ');

const unknownSection: Rule = {
  id: 'autoyast.unknown-section',
  severity: 'warning',
  about: 'a section YaST does not know and ignores',
  check: ({ document: { root } }) =>
    (root?.children ?? [])
      .filter(({ name }) => !SECTIONS.includes(name))
      .map(({ name, line }) => ({
        line,
        message: `<${name}> is no section of a profile and is ignored.${suggestion(name, SECTIONS)}`,
        fix: 'correct or remove it',
      })),
};

const BOOLEANS = new Set(
  'chrooted confirm confirm_base_product_license encrypted final_halt final_reboot halt initialize second_stage'.split(
    ' ',
  ),
);

/** What an element says that it holds. */
export const typeOf = ({ attributes }: PlacedXmlNode): string | undefined =>
  attributes.get('config:type') ?? attributes.get('t') ?? attributes.get('type');

const untyped: Rule = {
  id: 'autoyast.untyped-boolean',
  severity: 'error',
  about: 'a boolean without its type, which YaST takes for a text',
  check: ({ document: { root } }) =>
    allNodes(root)
      .filter(
        (element) =>
          BOOLEANS.has(element.name) && element.children.length === 0 && typeOf(element) !== 'boolean',
      )
      .map(({ name, line, text }) => ({
        line,
        message: `<${name}> has no type, so YaST takes "${text.trim()}" for a text, which counts as nothing`,
        fix: `write: <${name} config:type="boolean">${text.trim()}</${name}>`,
      })),
};

const diskName: Rule = {
  id: 'autoyast.disk-name',
  severity: 'error',
  about: 'a disk the virtual machine does not have',
  check: ({ document: { root } }, target) =>
    allNodes(nodeAt(root, 'partitioning')).flatMap(({ name, text, line }): Hit[] => {
      const disk = name === 'device' ? otherDisk(text.trim(), target) : undefined;
      if (disk === undefined) return [];
      const message = `${text.trim()} does not exist in the virtual machine, whose disk is /dev/${disk}`;
      return [{ line, message, fix: `write /dev/${disk}, or choose another bus for the disk` }];
    }),
};

function productsOf(root: PlacedXmlNode | undefined): readonly PlacedXmlNode[] {
  const products = nodeAt(root, 'software', 'products');
  return products === undefined ? [] : childrenOf(products, 'product');
}

const noProduct: Rule = {
  id: 'autoyast.no-product',
  severity: 'error',
  about: 'no product: SLES 15 media hold several and YaST stops',
  check: ({ document: { root } }, { os }) => {
    if (root === undefined || os === undefined || !/^sles-?15/.test(os) || productsOf(root).length > 0)
      return [];
    const message = 'no product is chosen, and the media of SLES 15 hold several';
    return [
      {
        line: MISSING,
        message,
        fix: 'add to software: <products config:type="list"><product>SLES</product></products>',
      },
    ];
  },
};

const otherProduct: Rule = {
  id: 'autoyast.product-disagrees',
  severity: 'error',
  about: 'a product the system that is built does not have',
  check: ({ document: { root } }, { os = '' }) => {
    const wanted = /^(?:opensuse-?)?leap|^opensuse/.test(os) ? 'Leap' : /^sles/.test(os) ? 'SLES' : undefined;
    if (wanted === undefined) return [];
    return productsOf(root)
      .filter(({ text }) => !isPlaceholder(text) && !text.trim().startsWith(wanted))
      .map(({ line, text }) => ({
        line,
        message: `the media of ${os} hold no product ${text.trim()}`,
        fix: `write: <product>${wanted}</product>`,
      }));
  },
};

const clearText: Rule = {
  id: 'autoyast.clear-password',
  severity: 'warning',
  about: 'a password or registration code in clear text',
  asWritten: true,
  check: ({ document }) =>
    autoyastPasswords(document)
      .filter(({ value }) => !standsForPassword(value))
      .map(({ line, name }) =>
        name === 'reg_code'
          ? {
              line,
              message: 'reg_code holds a registration code in clear text',
              fix: 'write {{reg_code}} and give it with --var',
            }
          : {
              line,
              message: `${name} holds a password in clear text, which stays in copies of the profile`,
              fix: 'write a hash (openssl passwd -6) and <encrypted config:type="boolean">true</encrypted>',
            },
      ),
};

export const PROFILE_RULES: readonly Rule[] = [
  syntax,
  namespace,
  unknownSection,
  untyped,
  diskName,
  noProduct,
  otherProduct,
  clearText,
];
