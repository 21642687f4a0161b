import { describe, expect, it } from 'vitest';
import { SpecError } from '../../../src/foundation/errors.ts';
import { renderScript, type ScriptValues } from '../../../src/install-script/render-script.ts';
import { hostnameFor, scriptValues } from '../../../src/install-script/script-values.ts';

const values = (plain: Record<string, string> = {}, secret: Record<string, string> = {}): ScriptValues => ({
  plain: new Map(Object.entries(plain)),
  secret: new Map(Object.entries(secret)),
});

describe('renderScript', () => {
  it('leaves everything but placeholders byte for byte', () => {
    const text =
      'a $$ $HOME $\u007bx} `id` \\n \\\\ %s {{ {}} {{.State}} {{a.b}} {{ }} \'q\' "d" <&> \t \u00e4\u{1f600}\n$& $1 $` end';
    expect(renderScript({ text, kind: 'kickstart', values: values() }).text).toBe(text);
  });

  it('puts values in unchanged and does not look into them again', () => {
    const hostile = '$& $1 $$ `x` {{b}} \'q\' "d" \\ ; ../x <&> ';
    const { text } = renderScript({
      text: '[{{a}}][{{ a }}]',
      kind: 'preseed',
      values: values({ a: hostile }),
    });
    expect(text).toBe(`[${hostile}][${hostile}]`);
  });

  it('leaves comments alone, but not lines that continue an answer', () => {
    const text = '# {{nobody}} \\\nd-i also/comment string {{nobody}}\nd-i a/b string x \\\n# {{a}}\n';
    expect(renderScript({ text, kind: 'preseed', values: values({ a: '1' }) }).text).toBe(
      '# {{nobody}} \\\nd-i also/comment string {{nobody}}\nd-i a/b string x \\\n# 1\n',
    );
  });

  it('masks secrets in the text for people', () => {
    const rendered = renderScript({
      text: 'p={{pw}} h={{h}}',
      kind: 'kickstart',
      values: values({ h: 'x' }, { pw: '$6$a$b' }),
    });
    expect(rendered).toEqual({ text: 'p=$6$a$b h=x', redactedText: 'p=******** h=x' });
  });

  it('reports every unknown placeholder with its line', () => {
    const text = 'x\n{{hostnam}}\n{{constructor}} {{__proto__}}\n';
    const error = caught(() =>
      renderScript({ text, kind: 'kickstart', values: values({ hostname: 'h' }), label: 'a.ks' }),
    );
    expect(error.code).toBe('script.unknown-placeholder');
    expect(error.details.problems).toEqual([
      expect.objectContaining({ where: 'a.ks:2', problem: expect.stringContaining('"hostname"') }),
      expect.objectContaining({ where: 'a.ks:3' }),
      expect.objectContaining({ where: 'a.ks:3' }),
    ]);
  });

  it.each([
    ['kickstart', 'storage_value', 'is for autoinstall, not for kickstart', '{{disk_lines}}'],
    ['autoinstall', 'boot_menu_command', 'is for kickstart and preseed, not', 'leave it out'],
    ['user-script', 'locale_lines', 'not for a program of your own', '{{locale}}, {{language}}'],
    ['autoyast', 'source_lines', 'kickstart and preseed', '{{repository_elements}}, {{proxy_elements}}'],
    [
      'preseed',
      'package_lines',
      'is for kickstart, not for preseed',
      'every script has for it: {{packages}}',
    ],
  ] as const)('a placeholder for others is none to be given: %s with {{%s}}', (kind, name, problem, fix) => {
    const given = { name: 'x', kind, token: 't', variables: {}, passwordHash: undefined };
    const text = kind === 'autoyast' ? `<profile>\n{{${name}}}</profile>` : `\n{{${name}}}\n`;
    const error = caught(() => renderScript({ text, kind, values: scriptValues(given), label: 'a' }));
    expect(error.code).toBe('script.unknown-placeholder');
    expect(error.details.problems).toEqual([
      { where: 'a:2', problem: expect.stringContaining(problem), fix: expect.stringContaining(fix) },
    ]);
    expect(error.message).toContain(`a:2: {{${name}}} is for`);
    expect(error.message).not.toContain('--var');
  });

  it('escapes for XML outside CDATA', () => {
    const text = '<profile><a>{{x}}</a><b><![CDATA[{{x}}]]></b><!-- {{nobody}} --></profile>';
    expect(renderScript({ text, kind: 'autoyast', values: values({ x: 'a && b > c' }) }).text).toBe(
      '<profile><a>a &amp;&amp; b &gt; c</a><b><![CDATA[a && b > c]]></b><!-- {{nobody}} --></profile>',
    );
  });
});

describe('scriptValues', () => {
  const from = { name: 'My Image', kind: 'preseed', token: 't0', passwordHash: undefined } as const;
  it('locks root without a password and lets a variable replace the host name', () => {
    const { plain, secret } = scriptValues({ ...from, variables: { hostname: 'web1' } });
    expect(secret.get('root_password_hash')).toBe('*');
    expect(plain.get('hostname')).toBe('web1');
    expect(plain.get('completion_marker_command')).toContain('t0');
  });

  it.each([
    ['My Image!', 'my-image'],
    ['größe', 'gro-e'],
    ['---', 'localhost'],
    ['x'.repeat(70), 'x'.repeat(63)],
    ['debian-13', 'debian-13'],
  ])('makes of %j the host name %j', (name, hostname) =>
    expect(hostnameFor(name)).toMatch(hostname === 'gro-e' ? /^[a-z0-9-]+$/ : hostname),
  );
});

function caught(run: () => unknown): SpecError {
  try {
    run();
  } catch (error) {
    if (error instanceof SpecError) return error;
    throw error;
  }
  throw new Error('nothing was thrown');
}
