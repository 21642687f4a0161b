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
