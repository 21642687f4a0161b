import { expect, it } from 'vitest';
import { glanceSettings } from '../../../src/publish/glance/glance-settings.ts';
import { publishCommand } from '../../../src/publish/publish-target.ts';
import { readTargetMap, readTargetWord } from '../../support/target-word.ts';

it('reads a word and a map alike', () => {
  const word = readTargetWord(
    'glance:lab,visibility=shared,tag=a,tag=b,protected,property=os_x=1,,2,min-ram=512',
  );
  const map = {
    glance: 'lab',
    visibility: 'shared',
    tag: ['a', 'b'],
    protected: true,
    property: { os_x: '1,2' },
    'min-ram': 512,
  };
  expect(readTargetMap(map)).toEqual(word);
  expect(glanceSettings(word)).toMatchObject({
    cloud: 'lab',
    visibility: 'shared',
    tags: ['a', 'b'],
    protected: true,
    properties: { os_x: '1,2' },
    minRam: 512,
    way: { kind: 'upload' },
  });
});

it('gives the command that tries again', () => {
  const target = readTargetWord('glance:lab,name=my image,protected,replace=delete,keep-older=2');
  expect(publishCommand(target, '/b/out')).toBe(
    "kiln publish glance /b/out --cloud lab --name 'my image' --protected --replace delete --keep-older 2",
  );
});

it.each([
  ['glanse:lab', /Did you mean "glance"/],
  ['glance:lab,visibilty=public', /Did you mean "visibility"/],
  ['glance:lab,name=a,name=b', /2 times/],
  ['glance:lab,protected=perhaps', /true or false/],
  ['http:', /folder/],
])('refuses %s', (text, message) => {
  expect(() => readTargetWord(text)).toThrow(message);
});

it.each([
  ['visibility=secret', /private, shared/],
  ['min-disk=2.5', /whole number/],
  ['keep-older=2', /--replace/],
  ['replace=hide,keep-older=2', /--replace delete/],
  ['import=swift', /glance-direct/],
  ['property=novalue', /KEY=VALUE/],
])('refuses the value in %s', (option, message) => {
  expect(() => glanceSettings(readTargetWord(`glance:lab,${option}`))).toThrow(message);
});
