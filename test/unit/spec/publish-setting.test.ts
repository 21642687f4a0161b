import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, expect, it } from 'vitest';
import type { Problem, SpecError } from '../../../src/foundation/errors.ts';
import { resolveSpec } from '../../../src/spec/resolve-spec.ts';

let folder: string;
beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'kiln-spec-'));
});
afterEach(() => rmSync(folder, { recursive: true, force: true }));

const TEMPLATE = `name: x
media: [{import: ./x.qcow2}]
publish:
  - glance:lab,tag=a
  - {http: /srv, url: 'http://i/'}
`;

function resolve(text: string, publish?: readonly string[]) {
  writeFileSync(join(folder, 'x.yaml'), text);
  const overrides = publish === undefined ? {} : { publish };
  return resolveSpec({ target: join(folder, 'x.yaml'), overrides, cwd: folder, templateDir: folder });
}

it('takes targets as words and maps, and options replace them', async () => {
  expect((await resolve(TEMPLATE)).publish).toEqual([
    { kind: 'glance', where: 'lab', options: { tag: ['a'] } },
    { kind: 'http', where: '/srv', options: { url: ['http://i/'] } },
  ]);
  expect((await resolve(TEMPLATE, ['cinder:other'])).publish).toEqual([
    { kind: 'cinder', where: 'other', options: {} },
  ]);
  expect((await resolve(TEMPLATE, [])).publish).toBeUndefined();
});

it('tells of every wrong target, and of what else is wrong', async () => {
  writeFileSync(join(folder, 'x.yaml'), TEMPLATE);
  const words = ['glance:lab,nam=b', 'glance:lab,tag=a', 'blubb:lab', 'cinder:lab,siz=3,typ=t'];
  const overrides = { publish: words, memory: '3Q' };
  const wrong = { target: join(folder, 'x.yaml'), overrides, cwd: folder, templateDir: folder };
  const error = await resolveSpec(wrong).catch((thrown: Error) => thrown);
  const { problems } = (error as SpecError).details as { problems: readonly Problem[] };
  expect(problems.map(({ where }) => where).sort()).toEqual([
    '--memory',
    ...['--publish', '--publish', '--publish'],
  ]);
  for (const word of ['"nam"', '"blubb"', '"siz"', '"typ"']) expect(String(error)).toContain(word);
});

it('names the place of a wrong target', async () => {
  await expect(resolve(TEMPLATE.replace('glance', 'glanse'))).rejects.toMatchObject({
    code: 'spec.invalid',
    message: expect.stringMatching(/x\.yaml:4:5.*"glanse"/s),
  });
  await expect(resolve(TEMPLATE, ['glance:lab,tga=1'])).rejects.toThrow(/--publish.*"tag"/s);
});

it('tells all that is wrong with every target in one round, each by its name', async () => {
  const words = [
    'glance:lab,foo=1,visibility=purple,member=,tag=a',
    'cinder:lab,replace=delete,min-ram=much',
    'ironic:lab',
    'ironic:lab,node=n,url=http://h/',
    'http:',
    'ftp:x',
  ];
  const error = await resolve(TEMPLATE, words).catch((thrown: Error) => thrown);
  const { problems } = (error as SpecError).details as { problems: readonly Problem[] };
  expect(problems.map(({ problem }) => problem)).toEqual([
    expect.stringMatching(
      /^glance:lab: "foo" is no option of glance\..* --member takes a project.* --visibility takes .*"purple"/,
    ),
    expect.stringMatching(/^cinder:lab: --min-ram takes .* --replace renames older volumes/),
    expect.stringMatching(/^ironic:lab \(1 of 2\): Ironic needs a node/),
    expect.stringMatching(/^ironic:lab \(2 of 2\): --url takes the address of the image itself/),
    expect.stringContaining('http needs a folder'),
    expect.stringContaining('"ftp" is nothing to publish to'),
  ]);
});

it('tells the same of a template, and what an entry may be', async () => {
  const text = TEMPLATE.replace('glance:lab,tag=a', 'glance:lab,visibility=purple').replace(
    "{http: /srv, url: 'http://i/'}",
    '{ironic: lab, deploy: perhaps}\n  - 5',
  );
  const error = await resolve(text).catch((thrown: Error) => thrown);
  const { problems } = (error as SpecError).details as { problems: readonly Problem[] };
  expect(problems.map(({ problem }) => problem)).toEqual([
    expect.stringMatching(/^glance:lab: --visibility takes/),
    expect.stringMatching(/^ironic:lab: deploy is true or false\. Ironic needs a node/),
    'expects text, found the number 5; put it in quotes',
  ]);
});
