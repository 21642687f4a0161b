import { expect, it } from 'vitest';
import { requireSense } from '../../../src/publish/require-sense.ts';
import { readTargetWord } from '../../support/target-word.ts';

const check = (word: string, hasThing = true) => requireSense(readTargetWord(word), hasThing);

it.each(['http:folder', 'ironic:lab,node=n'])(
  '%s takes no address with a login, and does not repeat it',
  (target) => {
    for (const address of [
      'http://u:secret@h/x.qcow2',
      'https://secret@h/x',
      'http:///u:secret@h/x',
      'http:\\\\u:secret@h/x',
      'ftp://u:secret@h/x',
      'file://u:secret@h/x',
      'http://u:secret@h:no-port/x',
    ]) {
      expect(() => check(`${target},url=${address}`), address).toThrow(/holds a login/);
      expect(() => check(`${target},url=${address}`), address).not.toThrow(/secret/);
    }
  },
);

it('takes addresses that Ironic and browsers can read', () => {
  for (const address of ['http://h/a@b.qcow2', 'https://[::1]:8/x', 'file:///srv/a@b'])
    expect(() => check(`ironic:lab,url=${address}`)).not.toThrow();
  expect(() => check('http:folder,url=http://h:80')).not.toThrow();
  for (const address of ['ftp://h/x', 'images.lan', 'http:h'])
    expect(() => check(`ironic:lab,url=${address}`)).toThrow(
      expect.objectContaining({ code: 'options.invalid' }),
    );
  expect(() => check('http:folder,url=file:///srv')).toThrow(/--url takes/);
});

it("tells a folder's address from an image's", () => {
  expect(() => check('ironic:lab,url=http://h/images/')).toThrow(/of the image itself, not of its folder/);
  expect(() => check('http:folder,url=http://h/x.qcow2')).toThrow(/takes the address of the folder/);
  expect(() => check('http:folder,url=http://h/images/')).not.toThrow();
});

it.each(['cinder', 'ironic'])('%s publishes either a build or an image that is in Glance', (kind) => {
  expect(() => check(`${kind}:lab,image=5c1f`)).toThrow(
    expect.objectContaining({ code: 'options.invalid', details: { option: '--image' } }),
  );
  expect(() => check(`${kind}:lab,image=5c1f`, false)).not.toThrow();
});

it('volumes lose their name to newer ones and nothing else', () => {
  for (const how of ['hide', 'delete'])
    expect(() => check(`cinder:lab,replace=${how},keep-image`), how).toThrow(
      /--replace renames older volumes.* never hides or deletes/,
    );
  expect(() => check('cinder:lab,keep-older=2')).toThrow(/"keep-older" is no option of cinder/);
  for (const how of ['replace', 'replace=rename', 'replace=false'])
    expect(() => check(`cinder:lab,${how}`), how).not.toThrow();
  for (const kind of ['glance:lab', 'ironic:lab,node=n'])
    expect(() => check(`${kind},replace=delete,keep-older=2`), kind).not.toThrow();
});

it.each(['', ' ', '.', '..', 'n1/validate', '/'])('%j names no node and no image', (word) => {
  for (const target of [
    `ironic:lab,url=http://h/x,node=${word}`,
    `cinder:lab,image=${word}`,
    `ironic:lab,image=${word}`,
  ])
    expect(() => check(target, false), target).toThrow(expect.objectContaining({ code: 'options.invalid' }));
});

it('an empty word is no class', () => {
  expect(() => check('ironic:lab,resource-class=')).toThrow(/--resource-class takes/);
});

it('refuses an image in Glance together with an address', () => {
  expect(() => check('ironic:lab,image=5c1f,url=http://h/x', false)).toThrow(/two images/);
});

it.each(['url=http://h/x', 'image=5c1f'])(
  'ironic with %s takes no options of images that are published',
  (source) => {
    for (const option of [
      'tag=a',
      'visibility=shared',
      'replace=delete',
      'name=x',
      'property=a=b',
      'partition-image',
    ])
      expect(() => check(`ironic:lab,${source},${option}`, false), option).toThrow(
        expect.objectContaining({
          code: 'options.invalid',
          message: expect.stringContaining(`--${option.split('=', 1)[0]}`),
        }),
      );
    expect(() => check(`ironic:lab,${source},insecure,root-gb=4`, false)).not.toThrow();
  },
);

it.each(['glance:lab', 'cinder:lab', 'ironic:lab,node=n'])(
  '%s takes no address with a login for Glance to fetch, and does not repeat it',
  (target) => {
    for (const address of ['http://u:secret@h/x', 'https://secret@h/x', 'ftp://u:secret@h/x']) {
      expect(() => check(`${target},import=web-download=${address}`), address).toThrow(
        /--import holds a login/,
      );
      expect(() => check(`${target},import=web-download=${address}`), address).not.toThrow(/secret/);
    }
    for (const address of ['', 'h/x', 'ftp://h/x'])
      expect(() => check(`${target},import=web-download=${address}`)).toThrow(/--import takes/);
    expect(() => check(`${target},import=web-download=http://h/a@b?x=1`)).not.toThrow();
  },
);

it('the address of a folder has room for a file at its end', () => {
  for (const address of ['http://h/images?y=1', 'http://h/x#f', 'http://h?'])
    expect(() => check(`http:folder,url=${address}`), address).toThrow(/--url .*query or fragment/);
  expect(() => check('ironic:lab,url=http://h/x.qcow2?sig=1')).not.toThrow();
});

it.each(['glance:lab', 'cinder:lab', 'ironic:lab,node=n'])(
  '%s takes names that its service takes',
  (target) => {
    for (const name of ['a\nb', 'a\u0001b', 'a\ufffdb', 'x'.repeat(256)])
      expect(() => check(`${target},name=${name}`), name).toThrow(
        expect.objectContaining({ code: 'options.invalid', details: { option: '--name' } }),
      );
    for (const name of ['x'.repeat(255), '🙂'.repeat(255), "a $(id)`b'"])
      expect(() => check(`${target},name=${name}`), name).not.toThrow();
  },
);

it('an image is shared with projects', () => {
  for (const member of ['member=', 'member=a,member= '])
    expect(() => check(`glance:lab,${member}`)).toThrow(/--member takes a project/);
  expect(() => check('glance:lab,member=a,member=b')).not.toThrow();
});

it('one problem does not hide the next', () => {
  expect(() => check('glance:lab,name=,visibility=all,import=x,min-disk=y,format=z')).toThrow(
    expect.objectContaining({
      code: 'options.invalid',
      message: expect.stringMatching(
        /^--name takes .* --format takes .* --visibility takes .* --import takes .* --min-disk takes /,
      ),
    }),
  );
});

it('a tag is as long as Glance lets it be', () => {
  expect(() => check(`glance:lab,tag=a,tag=${'x'.repeat(256)}`)).toThrow(
    expect.objectContaining({
      message: '--tag has 256 characters; 255 is the most.',
      details: { option: '--tag' },
    }),
  );
  expect(() => check(`glance:lab,tag=${'x'.repeat(255)}`)).not.toThrow();
});
