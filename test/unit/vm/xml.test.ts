import { describe, expect, it } from 'vitest';
import { element } from '../../../src/vm/xml.ts';

describe('element', () => {
  it('escapes text and attribute values', () => {
    const xml = element('a', { title: `"<&>'\n\t` }, `x<y>&"z"`);
    expect(xml.markup).toBe(`<a title="&quot;&lt;&amp;&gt;'&#10;&#9;">x&lt;y&gt;&amp;"z"</a>`);
  });

  it('leaves out what is undefined', () => {
    expect(element('a', { b: undefined }, undefined).markup).toBe('<a/>');
  });

  it('nests and indents', () => {
    expect(element('a', {}, element('b', {}, element('c')), element('d')).markup).toBe(
      '<a>\n  <b>\n    <c/>\n  </b>\n  <d/>\n</a>',
    );
  });

  it.each(['\u0000', '\u0007', '\u001b', '\uffff'])('refuses what XML cannot express: %j', (text) => {
    expect(() => element('a', { b: text })).toThrow(RangeError);
  });
});
