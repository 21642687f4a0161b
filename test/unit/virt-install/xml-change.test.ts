import { describe, expect, it } from 'vitest';
import { parseXml } from '../../../src/foundation/parse-xml.ts';
import { writeXml } from '../../../src/foundation/xml-node.ts';
import {
  applyXmlChange,
  parseXmlChange,
  type XmlChangeWords,
} from '../../../src/virt-install/guest/xml-change.ts';

const DOMAIN =
  '<domain><clock offset="utc"/><devices><disk><serial>a</serial></disk><disk/></devices></domain>';

function changed(words: XmlChangeWords): string {
  const domain = parseXml(DOMAIN);
  const change = parseXmlChange(words, 'domain');
  if (typeof change === 'string') throw new Error(change);
  applyXmlChange(domain, change);
  return writeXml(domain).replaceAll(/\n */g, '');
}

describe('raw changes to the XML', () => {
  it.each<[XmlChangeWords, string]>([
    [{ set: './devices/disk[2]/serial=x' }, '<disk><serial>x</serial></disk>'],
    [{ set: "./sysinfo/entry[@name='a/b']=c" }, '<sysinfo><entry name="a/b">c</entry></sysinfo>'],
    [{ set: '/domain/@id=7' }, '<domain id="7">'],
    [{ set: './a/b/../@c=d' }, '<a c="d"/>'],
    [{ create: './x/y' }, '<x><y/></x>'],
    [{ set: './devices/hub[7]/@type=usb' }, '<disk/><hub type="usb"/></devices>'],
    [{ create: `./x[${10 ** 14}]` }, '</devices><x/></domain>'],
    [{ set: 'domain/clock/@offset=localtime' }, '<domain><clock offset="localtime"/>'],
    [{ set: './devices/disk[last()]/@x=1' }, '</disk><disk x="1"/>'],
    [{ set: './devices/hub[last()]/@x=1' }, '<hub x="1"/></devices>'],
    [{ set: '//disk/@x=1' }, '<disk x="1"><serial>'],
    [{ set: './/disk[2]/@x=1' }, '<disk x="1"/></devices>'],
    [{ set: './/serial/@x=1' }, '<serial x="1">a</serial>'],
    [{ set: ".//clock/new[@a='b']/c=d" }, '<clock offset="utc"><new a="b"><c>d</c></new></clock>'],
  ])('do what %o says', (words, expected) => {
    expect(changed(words)).toContain(expected);
  });

  it('remove elements, and those that an empty value leaves without content', () => {
    expect(changed({ delete: './devices/disk[1]' })).not.toContain('<serial>');
    expect(changed({ set: './clock/@offset=' })).not.toContain('clock');
  });

  it('refuse what is no path or has no value', () => {
    expect(parseXmlChange({ set: './a[position()>1]/b=c' }, 'domain')).toContain('is not a path');
    expect(parseXmlChange({ set: './a' }, 'domain')).toContain('XPATH=VALUE');
    expect(parseXmlChange({ set: '/other/a=b' }, 'domain')).toContain('is not a path');
  });

  it('refuse to make what libvirt does not read, and take away what cannot be there', () => {
    const deep = `.${'/a'.repeat(20_000)}`;
    const problem = parseXmlChange({ create: deep }, 'domain');
    expect(problem).toContain('20000 steps');
    expect(String(problem).length).toBeLessThan(200);
    expect(parseXmlChange({ set: `${deep}=1` }, 'domain')).toContain('20000 steps');
    expect(changed({ delete: deep })).toBe(changed({ delete: './nothing' }));
  });

  it.each([
    ...[
      '1=1',
      './@*=1',
      './:=x',
      './a:=x',
      './-a=x',
      './following-sibling::foo=1',
      './1a=1',
      './..=1',
      './a/../../b=1',
      './/a/../b=1',
      './/@a=1',
      '//=1',
      './a///b=1',
    ],
    ...[
      '=x',
      '.=x',
      '/domain=x',
      './foo:bar/baz=1',
      './xmlns:foo=1',
      './@xmlns:q=1',
      './metadata/kiln:build/@id=evil',
    ],
    './a[@b:c="1"]=1',
  ])('refuse %s, which is no XML or the whole of it', (set) => {
    expect(parseXmlChange({ set }, 'domain')).toBeTypeOf('string');
  });

  it.each(['.', '/domain', './a/..', './foo:a', ''])('refuse to delete %j', (path) => {
    expect(parseXmlChange({ delete: path }, 'domain')).toBeTypeOf('string');
  });

  it('find an element by what is below it', () => {
    const domain = parseXml(
      "<domain><disk><target dev='vda'/></disk><disk><a/><target dev='vdb'/></disk></domain>",
    );
    const change = parseXmlChange({ set: "./disk[target/@dev='vdb']/@x=1" }, 'domain');
    if (typeof change === 'string') throw new Error(change);
    expect(applyXmlChange(domain, change)).toBeUndefined();
    expect(writeXml(domain)).toMatch(/<disk x="1">\s*<a\/>/);
  });

  it.each(['./clock/*=1', '//nothing/@x=1', "./disk[target/@dev='vdz']/@x=1"])(
    'refuse to make something of %s, which has no name or place',
    (set) => {
      const change = parseXmlChange({ set }, 'domain');
      if (typeof change === 'string') throw new Error(change);
      const domain = parseXml(DOMAIN);
      expect(applyXmlChange(domain, change)).toContain('needs a name');
      expect(writeXml(domain)).toBe(writeXml(parseXml(DOMAIN)));
    },
  );
});
