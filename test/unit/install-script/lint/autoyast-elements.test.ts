import { expect, it } from 'vitest';
import { lintScript } from '../../../../src/install-script/lint/lint-script.ts';

const found = (inside: string) =>
  lintScript({ text: `<profile>\n${inside}\n</profile>\n`, kind: 'autoyast', target: {} })
    .filter(({ rule }) => /untyped-list|mistyped-element/.test(rule))
    .map(({ rule, severity, line, fix }) => [rule, severity, line, fix]);

it.each([
  ['<partitioning><drive/></partitioning>', 'partitioning'],
  ['<software><patterns><pattern>base</pattern></patterns></software>', 'patterns'],
  ['<scripts><chroot-scripts><script/></chroot-scripts></scripts>', 'chroot-scripts'],
])('warns of a list without its type: %s', (inside, name) => {
  expect(found(inside)).toEqual([
    ['autoyast.untyped-list', 'warning', 2, `write: <${name} config:type="list">`],
  ]);
});

it.each([
  ['<general><modes><halt/></modes></general>', 'mode'],
  ['<general><mode><final_hlat>true</final_hlat></mode></general>', 'final_halt'],
  ['<scripts><chroot_scripts config:type="list"/></scripts>', 'chroot-scripts'],
  ['<software><package config:type="list"/></software>', 'packages'],
])('warns of a mistyped element: %s', (inside, near) => {
  expect(found(inside)).toEqual([['autoyast.mistyped-element', 'warning', 2, `write <${near}>`]]);
});

it.each([
  '<users config:type="list"><user><username>a</username><uid>1</uid><gid>1</gid></user></users>',
  '<users t="list"><user><username>a</username></user></users>',
  '<partitioning config:type="list"><drive><partitions config:type="list"/></drive></partitioning>',
  '<software><packages/></software>',
  '<networking><interfaces config:type="list"/><dns><nameservers config:type="list"/></dns></networking>',
])('says nothing of %s', (inside) => {
  expect(found(inside)).toEqual([]);
});

it('takes a restart after each stage for no contradiction', () => {
  const endings = (...names: readonly string[]) => {
    const mode = names.map((name) => `<${name} config:type="boolean">true</${name}>`).join('');
    const text = `<profile><general><mode>${mode}</mode></general></profile>`;
    return lintScript({ text, kind: 'autoyast', target: {} }).filter(({ rule }) =>
      rule.includes('two-endings'),
    );
  };
  expect(endings('forceboot', 'final_reboot')).toEqual([]);
  expect(endings('halt', 'final_reboot')).toHaveLength(1);
});
