import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { offlineRecipeFor } from '../../../src/media/debian-offline/recipe.ts';
import { foreseeChoice } from '../../../src/media/foresee-choice.ts';
import type { MediaSource } from '../../../src/media/install-media.ts';
import { openMediaCache } from '../../../src/media/media-cache.ts';
import { makeIso } from './make-iso.ts';

const URL_ISO = 'http://mirror.example/x.iso';

let home: string;
beforeEach(async () => {
  home = await mkdtemp(join(tmpdir(), 'kiln-choice-'));
  await makeIso(join(home, 'good.iso'), {
    'install.amd/vmlinuz': 'kernel\0',
    'install.amd/initrd.gz': 'initrd\0',
  });
  await writeFile(join(home, 'bad.iso'), 'x'.repeat(70_000));
});
afterEach(() => rm(home, { recursive: true, force: true }));

const location = (from: string): MediaSource => ({ kind: 'location', from });
const choose = (names: readonly string[], offline = false) =>
  foreseeChoice(
    names.map((name) => location(name.replace(/^\.\//, `${home}/`))),
    { cacheDir: join(home, 'cache'), arch: 'x86_64', offline },
  );
const cached = (key: string) =>
  openMediaCache(join(home, 'cache')).make(key, async (path) => {
    await writeFile(path, 'content');
    return {};
  });

describe('of several media', () => {
  it('one that is here is taken, and the others are not asked', async () => {
    const choice = await choose(['apt-mirror:trixie', 'http://mirror.example/tree/', './good.iso']);
    expect(choice).toMatchObject({ taken: { from: join(home, 'good.iso') }, facts: { arch: undefined } });
    expect(choice?.why).toBe(
      `${home}/good.iso: it is here already; apt-mirror:trixie is not asked; http://mirror.example/tree/ is not asked`,
    );
  });

  it('an ISO that Kiln has assembled before is here', async () => {
    const names = ['apt-mirror:trixie', 'debian-offline:trixie'];
    expect(await choose(names)).toEqual({ why: 'the first that can be used, tried in this order' });
    await cached(`debian-offline ${JSON.stringify(offlineRecipeFor('trixie'))}`);
    expect(await choose(names)).toMatchObject({ taken: { from: 'debian-offline:trixie' } });
  });

  it('a file that was fetched before is here', async () => {
    await cached(`url ${URL_ISO}`);
    const choice = await choose(['apt-mirror:trixie', URL_ISO]);
    expect(choice?.taken?.from).toBe(URL_ISO);
    expect(choice?.why).toBe(
      `${URL_ISO}: it is here already, unless its server has another by now or none; apt-mirror:trixie is not asked`,
    );
    const offline = await choose(['apt-mirror:trixie', URL_ISO], true);
    expect(offline?.why).toBe(`${URL_ISO}: it is here already; apt-mirror:trixie is not asked`);
  });

  it('one that is here and cannot be used leaves it to trying, and says why', async () => {
    for (const name of ['bad.iso', 'missing.iso']) {
      const choice = await choose([`./${name}`, './good.iso']);
      expect(choice?.taken).toBeUndefined();
      expect(choice?.why).toMatch(/^the first that can be used, tried in this order; .* is passed over: /);
      expect(choice?.why).toContain(name);
    }
  });

  it('offline, the first that is here is taken', async () => {
    expect(await choose(['./missing.iso', 'apt-mirror:trixie', './good.iso'], true)).toMatchObject({
      taken: { from: join(home, 'good.iso') },
    });
  });
});

it('a single medium is no choice', async () => {
  expect(await choose(['./good.iso'])).toBeUndefined();
});
