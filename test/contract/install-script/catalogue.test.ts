import { mkdtemp, readFile, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import type { BuildContext } from '../../../src/build/build-context.ts';
import { planBuild } from '../../../src/build/plan-build.ts';
import { parseXml } from '../../../src/foundation/parse-xml.ts';
import { placesFrom } from '../../../src/foundation/places.ts';
import { allNodes } from '../../../src/foundation/xml-node.ts';
import { parseKickstart } from '../../../src/install-script/kickstart-document.ts';
import { runCommand } from '../../../src/process/run-command.ts';
import { CATALOGUE } from '../../support/catalogue.ts';

const project = join(import.meta.dirname, '../../..');
let home: string;
beforeAll(async () => {
  home = await mkdtemp(join(tmpdir(), 'kiln-catalogue-'));
});
afterAll(() => rm(home, { recursive: true, force: true }));

const context = (): BuildContext => ({
  cwd: home,
  env: { HOME: home, PATH: process.env.PATH },
  places: placesFrom({ HOME: home }),
  projectDir: project,
});

/** Media that nobody looks at: a plan fetches nothing. */
const LOCATION = 'http://media.example/tree/';

describe.each(CATALOGUE)('%s', (template) => {
  it('can be planned, and its script needs no additions but the source', async () => {
    const overrides = { location: LOCATION, accelerator: 'tcg' };
    const { plan, script, xml } = await planBuild({ target: template, overrides }, context());
    expect(plan.script?.inject).toBe(plan.script?.kind === 'autoinstall' ? 'seed-iso' : 'initrd');
    expect(xml).toContain('<kernel>');
    const added = (script?.diff ?? '').split('\n').filter((line) => /^[+-](?!\+\+|--)/.test(line));
    expect(added.filter((line) => line !== '+url --url="http://media.example/tree"')).toEqual([]);
    expect(script?.findings.filter(({ severity }) => severity !== 'note')).toEqual([]);
  });
});

/** A shell that only reads. */
const readsAsShell = (text: string): Promise<unknown> =>
  runCommand('bash', ['-n'], { input: text, timeoutMs: 20_000 });

it.each(['jeos.ks', 'jeos-legacy.ks', 'rhel-5.ks'])('the %%post of %s is shell', async (name) => {
  const text = await readFile(join(project, 'install_scripts/kickstart', name), 'utf8');
  for (const { body } of parseKickstart(text, name === 'rhel-5.ks').sections.filter(
    (one) => one.name === '%post',
  )) {
    await readsAsShell(body.map((line) => line.text.replaceAll(/\{\{\w+\}\}/g, 'true')).join('\n'));
  }
});

it.each(['opensuse.xml', 'sles.xml'])('the scripts of %s are shell', async (name) => {
  const text = await readFile(join(project, 'install_scripts/autoyast', name), 'utf8');
  const sources = allNodes(parseXml(text)).filter((element) => element.name === 'source');
  expect(sources).toHaveLength(1);
  for (const source of sources) await readsAsShell(source.text.replaceAll(/\{\{\w+\}\}/g, 'true'));
});
